import { expect, test } from 'vitest'
import { engineRig, type EngineRig } from '../../../kit/engine-rig.js'
import type { Frame, RawWorker } from '../../../kit/raw-worker.js'

const trigger = (id: string, extra: Frame = {}): Frame => ({
  type: 'registertrigger',
  id,
  trigger_type: 'tick',
  function_id: 'f',
  config: {},
  ...extra,
})
const type = (extra: Frame = {}): Frame => ({ type: 'registertriggertype', id: 'tick', description: '', ...extra })

/** Ids of the triggers that a provider was asked to bind, and of those it was asked to release. */
function asked(provider: RawWorker): { bound: unknown[]; ended: unknown[] } {
  const of = (kind: string): unknown[] => provider.frames.filter((frame) => frame['type'] === kind).map(({ id }) => id)
  const seen = { bound: of('registertrigger'), ended: of('unregistertrigger') }
  provider.frames.length = 0
  return seen
}

async function parties(): Promise<{ rig: EngineRig; provider: RawWorker; consumer: RawWorker }> {
  const rig = await engineRig()
  return { rig, provider: await rig.worker({ name: 'p' }), consumer: await rig.worker({ name: 'c' }) }
}

test('a trigger waits for its type, is handed over when it comes, and listed only then', async () => {
  const { rig, provider, consumer } = await parties()
  consumer.send(trigger('t', { metadata: { m: 1 }, config: null }))
  await rig.settle()
  const list = async (): Promise<unknown> => (await rig.call(consumer, 'engine::registered-triggers::list'))['result']
  expect(await list()).toEqual({ registered_triggers: [] })
  expect(rig.engine.stats()).toMatchObject({ triggers: 1, parkedTriggers: 1 })
  provider.send(type())
  await rig.settle()
  expect(provider.take('registertrigger')).toEqual({ ...trigger('t'), config: null, metadata: { m: 1 } })
  expect(await list()).toMatchObject({ registered_triggers: [{ id: 't', worker_name: 'f' }] })
  expect(rig.engine.stats().parkedTriggers).toBe(0)
})

test('a refusal reaches the owner with the trigger’s own names, and the trigger is offered again', async () => {
  const { rig, provider, consumer } = await parties()
  provider.send(type())
  consumer.send(trigger('t'))
  await rig.settle()
  provider.send({
    type: 'triggerregistrationresult',
    id: 't',
    trigger_type: 'wrong',
    function_id: 'wrong',
    error: { code: 'X', message: 'm' },
  })
  await rig.settle()
  expect(consumer.take('triggerregistrationresult')).toEqual({
    type: 'triggerregistrationresult',
    id: 't',
    trigger_type: 'tick',
    function_id: 'f',
    error: { code: 'X', message: 'm' },
  })
  asked(provider)
  provider.send(type({ description: 'again' }))
  await rig.settle()
  expect(asked(provider)).toEqual({ bound: ['t'], ended: [] })
})

test('only the provider can accept or refuse a trigger', async () => {
  const { rig, provider, consumer } = await parties()
  provider.send(type())
  consumer.send(trigger('t'))
  await rig.settle()
  const stranger = await rig.worker({})
  const answer = { type: 'triggerregistrationresult', trigger_type: 'tick', function_id: 'f' }
  stranger.send({ ...answer, id: 't', error: { code: 'X', message: 'm' } })
  provider.send({ ...answer, id: 'unknown', error: { code: 'X', message: 'm' } })
  provider.send({ ...answer, id: 't' })
  await rig.settle()
  expect(consumer.frames).toEqual([])
  expect(rig.engine.stats().parkedTriggers).toBe(0)
})

test('a type registered in the own namespace takes over triggers that had fallen back to the default namespace', async () => {
  const rig = await engineRig()
  const fallback = await rig.worker({ name: 'p' })
  const consumer = await rig.worker({ namespace: 'blue' })
  fallback.send(type())
  consumer.send(trigger('t'), trigger('strict', { trigger_namespace: 'default' }))
  await rig.settle()
  expect(asked(fallback)).toEqual({ bound: ['t', 'strict'], ended: [] })
  const home = await rig.worker({ namespace: 'blue' })
  home.send(type())
  await rig.settle()
  expect(asked(fallback)).toEqual({ bound: [], ended: ['t'] })
  expect(home.take('registertrigger')).toEqual({
    ...trigger('t'),
    trigger_namespace: 'blue',
  })
  home.transport.terminate()
  await rig.settle()
  expect(asked(fallback)).toEqual({ bound: ['t'], ended: [] })
})

test('a given trigger namespace is the only one that is searched', async () => {
  const { rig, provider, consumer } = await parties()
  provider.send(type())
  consumer.send(trigger('t', { trigger_namespace: 'blue' }))
  await rig.settle()
  expect(asked(provider)).toEqual({ bound: [], ended: [] })
  const blue = await rig.worker({ namespace: 'blue' })
  blue.send(type())
  await rig.settle()
  expect(asked(blue)).toEqual({ bound: ['t'], ended: [] })
})

test('the last provider of a type receives its triggers, and the previous one receives none', async () => {
  const { rig, provider, consumer } = await parties()
  const second = await rig.worker({})
  provider.send(type())
  consumer.send(trigger('t'))
  await rig.settle()
  asked(provider)
  second.send(type())
  await rig.settle()
  expect([asked(provider), asked(second)]).toEqual([
    { bound: [], ended: [] },
    { bound: ['t'], ended: [] },
  ])
  provider.transport.terminate()
  await rig.settle()
  expect(asked(second)).toEqual({ bound: [], ended: [] })
})

test('when a provider leaves, its triggers wait; when a consumer leaves, its triggers end', async () => {
  const { rig, provider, consumer } = await parties()
  provider.send(type())
  consumer.send(trigger('t'))
  await rig.settle()
  provider.transport.terminate()
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ triggers: 1, parkedTriggers: 1 })
  const next = await rig.worker({})
  next.send(type())
  await rig.settle()
  expect(asked(next)).toEqual({ bound: ['t'], ended: [] })
  consumer.transport.terminate()
  await rig.settle()
  expect(asked(next)).toEqual({ bound: [], ended: ['t'] })
  expect(rig.engine.stats().triggers).toBe(0)
})

test('registering an id again replaces the trigger, also when another worker does it', async () => {
  const { rig, provider, consumer } = await parties()
  const second = await rig.worker({})
  provider.send(type())
  consumer.send(trigger('t'))
  await rig.settle()
  second.send(trigger('t', { config: { n: 2 } }))
  await rig.settle()
  consumer.transport.terminate()
  await rig.settle()
  expect(asked(provider)).toEqual({ bound: ['t', 't'], ended: [] })
  expect(rig.engine.stats().triggers).toBe(1)
  second.send(trigger('t', { trigger_type: 'other' }))
  await rig.settle()
  expect(asked(provider)).toEqual({ bound: [], ended: ['t'] })
})

test('any worker may end a trigger, bound or waiting, and unknown ids are ignored', async () => {
  const { rig, provider, consumer } = await parties()
  provider.send(type())
  consumer.send(trigger('live'), trigger('parked', { trigger_type: 'nope' }))
  await rig.settle()
  const stranger = await rig.worker({})
  for (const id of ['live', 'parked', 'unknown']) stranger.send({ type: 'unregistertrigger', id })
  await rig.settle()
  expect(provider.take('unregistertrigger')).toEqual({ type: 'unregistertrigger', id: 'live', trigger_type: 'tick' })
  expect(rig.engine.stats().triggers).toBe(0)
})

test('blank namespaces are refused by name', async () => {
  const { rig, consumer } = await parties()
  consumer.send(trigger('a', { namespace: ' ' }), trigger('b', { trigger_namespace: '' }))
  await rig.settle()
  for (const id of ['a', 'b']) {
    expect(consumer.take('triggerregistrationresult', { id })['error']).toMatchObject({ code: 'INVALID_NAMESPACE' })
  }
})

test('a type the engine provides itself cannot be taken over', async () => {
  const rig = await engineRig({ workers: [{ name: 'iii-pubsub' }] })
  const worker = await rig.worker({})
  worker.send(type({ id: 'subscribe' }), trigger('t', { trigger_type: 'subscribe', config: { topic: 'x' } }))
  await rig.settle()
  expect(asked(worker)).toEqual({ bound: [], ended: [] })
  expect(rig.engine.stats().refusedFrames).toBe(1)
  worker.send(trigger('bad', { trigger_type: 'subscribe' }))
  await rig.settle()
  expect(worker.take('triggerregistrationresult')).toMatchObject({
    id: 'bad',
    error: { code: 'trigger_registration_failed' },
  })
})

test('a trigger registered by a call waits for its provider and outlives the caller', async () => {
  const { rig, provider, consumer } = await parties()
  provider.send(type())
  await rig.settle()
  const call = consumer.invoke('engine::register_trigger', { trigger_type: 'tick', function_id: 'f', config: { a: 1 } })
  await rig.settle()
  const { id } = provider.take('registertrigger')
  expect(consumer.frames).toEqual([])
  provider.send({ type: 'triggerregistrationresult', id, trigger_type: 'tick', function_id: 'f' })
  await rig.settle()
  expect(consumer.take('invocationresult', { invocation_id: call })['result']).toEqual({ id })
  consumer.transport.terminate()
  await rig.settle()
  expect(rig.engine.stats().triggers).toBe(1)
  expect((await rig.call(provider, 'engine::unregister_trigger', { id }))['result']).toEqual({ removed: true })
  expect((await rig.call(provider, 'engine::unregister_trigger', { id }))['result']).toEqual({ removed: false })
})

test('a refused call to register a trigger fails; no answer within ten seconds counts as success', async () => {
  const { rig, provider, consumer } = await parties()
  provider.send(type())
  await rig.settle()
  const input = { trigger_type: 'tick', function_id: 'f', config: {} }
  const refused = consumer.invoke('engine::register_trigger', input)
  const silent = consumer.invoke('engine::register_trigger', input)
  await rig.settle()
  const { id } = provider.take('registertrigger')
  const answer = { type: 'triggerregistrationresult', trigger_type: 'tick', function_id: 'f' }
  provider.send({ ...answer, id, error: { code: 'BAD', message: 'no' } })
  await rig.settle()
  expect(consumer.take('invocationresult', { invocation_id: refused })['error']).toEqual({
    code: 'trigger_registration_failed',
    message: 'BAD: no',
  })
  await rig.clock.advance(9_999)
  expect(consumer.frames).toEqual([])
  await rig.clock.advance(1)
  expect(consumer.take('invocationresult', { invocation_id: silent })['result']).toHaveProperty('id')
  expect(rig.engine.stats().triggers).toBe(1)
})

test('a trigger over the limit is refused with a code', async () => {
  const rig = await engineRig({}, { maxRegistrations: 1 })
  const worker = await rig.worker({})
  worker.send(trigger('a'), trigger('b'))
  worker.register('f', 'g')
  worker.send(type(), type({ id: 'tock' }))
  await rig.settle()
  expect(worker.take('triggerregistrationresult')).toMatchObject({
    id: 'b',
    error: { code: 'trigger_registration_failed' },
  })
  expect(rig.engine.stats().refusedFrames).toBe(3)
})
