import { expect, test } from 'vitest'
import { deferred } from '../../src/std/async/deferred.js'
import type { EngineLink } from '../kit/scripted-engine.js'
import { connectedRig, type WorkerRig } from '../kit/worker-rig.js'
import type { TriggerConfig } from '../../src/sdk/worker/triggers/trigger-types.js'

interface Provider {
  readonly rig: WorkerRig
  /** Calls of the handler, in order. */
  readonly steps: string[]
  readonly configs: TriggerConfig<unknown>[]
}

async function provider(act: (step: string) => unknown = () => undefined): Promise<Provider> {
  const rig = await connectedRig()
  const steps: string[] = []
  const configs: TriggerConfig<unknown>[] = []
  const step = (verb: string) => async (config: TriggerConfig<unknown>) => {
    configs.push(config)
    steps.push(`${verb} ${config.id}`)
    await act(`${verb} ${config.id}`)
  }
  rig.worker.registerTriggerType('mine', 'a type', {
    registerTrigger: step('bind'),
    unregisterTrigger: step('release'),
  })
  return { rig, steps, configs }
}

function bind(link: EngineLink, id: string, config: unknown = { n: 1 }): void {
  link.send({
    type: 'registertrigger',
    id,
    trigger_type: 'mine',
    function_id: 'f',
    config,
    metadata: { team: 'ops' },
    namespace: 'blue',
  })
}

test('a handler receives all members of a binding, and its acceptance is answered', async () => {
  const { rig, configs } = await provider()
  bind(rig.link, 't1')
  await rig.settle()

  expect(configs).toEqual([
    { id: 't1', function_id: 'f', config: { n: 1 }, metadata: { team: 'ops' }, namespace: 'blue' },
  ])
  expect(rig.link.all('triggerregistrationresult')).toEqual([
    { type: 'triggerregistrationresult', id: 't1', trigger_type: 'mine', function_id: 'f' },
  ])
})

test('the release handler receives the whole binding, although the frame carries only its id', async () => {
  const { rig, steps, configs } = await provider()
  bind(rig.link, 't1')
  rig.link.send({ type: 'unregistertrigger', id: 't1', trigger_type: 'mine' })
  rig.link.send({ type: 'unregistertrigger', id: 'unknown', trigger_type: 'mine' })
  await rig.settle()

  expect(steps).toEqual(['bind t1', 'release t1'])
  expect(configs[1]).toEqual(configs[0])
})

test.each<[string, unknown, string]>([
  ['an error', new Error('no room'), 'no room'],
  ['a string', 'plain', 'plain'],
  ['undefined', undefined, 'The handler threw undefined'],
])('a handler that throws %s refuses the binding with the reason', async (_name, thrown, message) => {
  const { rig } = await provider(() => {
    throw thrown
  })
  bind(rig.link, 't1')
  rig.link.send({ type: 'unregistertrigger', id: 't1', trigger_type: 'mine' })
  await rig.settle()

  expect(rig.link.all('triggerregistrationresult')).toMatchObject([
    { id: 't1', error: { code: 'trigger_registration_failed', message } },
  ])
})

test('a binding of a type that is not, or no longer, provided is answered with an error', async () => {
  const { rig } = await provider()
  rig.link.send({ type: 'registertrigger', id: 't1', trigger_type: 'other', function_id: 'f', config: null })
  rig.worker.unregisterTriggerType('mine')
  bind(rig.link, 't2')
  await rig.settle()

  expect(rig.link.all('triggerregistrationresult').map(({ id, error }) => [id, error?.code])).toEqual([
    ['t1', 'trigger_type_not_found'],
    ['t2', 'trigger_type_not_found'],
  ])
})

test('steps of one binding run one after the other, those of different ones do not wait for each other', async () => {
  const first = deferred<void>()
  const { rig, steps } = await provider((step) => (step === 'bind t1' ? first.promise : undefined))
  bind(rig.link, 't1')
  rig.link.send({ type: 'unregistertrigger', id: 't1' })
  bind(rig.link, 't2')
  await rig.settle()
  expect(steps).toEqual(['bind t1', 'bind t2'])
  first.resolve()
  await rig.settle()

  expect(steps).toEqual(['bind t1', 'bind t2', 'release t1'])
})

test('a binding with the same id replaces the one before', async () => {
  const { rig, steps, configs } = await provider()
  bind(rig.link, 't1', 'old')
  bind(rig.link, 't1', 'new')
  await rig.settle()

  expect(steps).toEqual(['bind t1', 'release t1', 'bind t1'])
  expect(configs.map(({ config }) => config)).toEqual(['old', 'old', 'new'])
})

test('after a reconnect replayed bindings replace, and those not replayed are released', async () => {
  const { rig, steps } = await provider()
  bind(rig.link, 'stays')
  bind(rig.link, 'goes')
  await rig.settle()
  steps.length = 0
  rig.link.cut()
  rig.engine.onFrame = (link, message) => {
    if (message.type === 'registertriggertype') bind(link, 'stays')
  }
  await rig.reconnect()
  await rig.settle()

  expect(steps).toEqual(['release stays', 'bind stays', 'release goes'])
  expect(rig.link.all('triggerregistrationresult').map(({ id }) => id)).toEqual(['stays'])
})

test('nothing is released while the engine has not confirmed what it replays', async () => {
  const { rig, steps } = await provider()
  bind(rig.link, 'kept')
  await rig.settle()
  steps.length = 0
  rig.engine.polite = false
  rig.link.cut()
  const second = await rig.reconnect()
  await rig.settle()
  second.cut()
  await rig.settle()
  expect(steps).toEqual([])

  rig.engine.polite = true
  await rig.reconnect()
  await rig.settle()
  expect(steps).toEqual(['release kept'])
})

test('a slow handler that ends on a later link is not answered there', async () => {
  const slow = deferred<void>()
  const { rig } = await provider(() => slow.promise)
  bind(rig.link, 't1')
  await rig.settle()
  rig.link.cut()
  const link = await rig.reconnect()
  slow.resolve()
  await rig.settle()

  expect(link.all('triggerregistrationresult')).toEqual([])
})

test('a release that throws is reported and the next step runs', async () => {
  const { rig, steps } = await provider((step) => {
    if (step === 'release t1') throw new Error('stuck')
  })
  bind(rig.link, 't1')
  rig.link.send({ type: 'unregistertrigger', id: 't1' })
  bind(rig.link, 't1')
  await rig.settle()

  expect(steps).toEqual(['bind t1', 'release t1', 'bind t1'])
  expect(rig.eventsOf('callback_failed')).toMatchObject([{ error: new Error('stuck') }])
})

test('a thousand bindings that are added and removed leave nothing behind', async () => {
  const { rig, steps } = await provider()
  for (let index = 0; index < 1_000; index += 1) {
    bind(rig.link, `t${index}`)
    rig.link.send({ type: 'unregistertrigger', id: `t${index}` })
  }
  await rig.settle()
  expect(steps).toHaveLength(2_000)
  rig.link.cut()
  await rig.reconnect()
  await rig.settle()

  // Without a remaining binding there is nothing to compare, so no barrier is requested.
  expect(rig.link.all('ping')).toEqual([])
})

test('a type reference binds functions and registers them', async () => {
  const rig = await connectedRig()
  const type = rig.worker.registerTriggerType<{ every: number }>(
    { id: 'mine', description: 'a type', namespace: 'blue' },
    { registerTrigger: async () => {}, unregisterTrigger: async () => {} },
  )
  type.registerTrigger('a', { every: 1 }, { team: 'ops' })
  type.registerFunction('b', () => 1)
  type.registerFunction('c', () => 1, { every: 2 })
  await rig.settle()

  expect(rig.link.all('registertrigger')).toMatchObject([
    {
      trigger_type: 'mine',
      function_id: 'a',
      config: { every: 1 },
      metadata: { team: 'ops' },
      trigger_namespace: 'blue',
    },
    { trigger_type: 'mine', function_id: 'c', config: { every: 2 }, trigger_namespace: 'blue' },
  ])
  expect(rig.link.all('registerfunction').map(({ id }) => id)).toEqual(['b', 'c'])
})

test.each([
  ['an empty id', { id: '', description: '' }, 'INVALID_ARGUMENT'],
  ['a blank namespace', { id: 'x', description: '', namespace: ' ' }, 'INVALID_NAMESPACE'],
  ['an id provided already', { id: 'taken', description: '' }, 'DUPLICATE_TRIGGER_TYPE'],
])('a type with %s is refused', async (_name, type, code) => {
  const rig = await connectedRig()
  const handler = { registerTrigger: async () => {}, unregisterTrigger: async () => {} }
  rig.worker.registerTriggerType('taken', '', handler)

  expect(() => rig.worker.registerTriggerType(type, handler)).toThrow(expect.objectContaining({ code }) as Error)
})

test('a handler without its two functions is refused', async () => {
  const rig = await connectedRig()

  for (const handler of [undefined, null, {}, { registerTrigger: async () => {} }]) {
    expect(() => rig.worker.registerTriggerType('x', '', handler as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
    )
  }
})

test('a handler made as a class keeps its this', async () => {
  const rig = await connectedRig()
  class Provided {
    readonly seen: string[] = []
    async registerTrigger(config: TriggerConfig<unknown>): Promise<void> {
      this.seen.push(config.id)
    }
    async unregisterTrigger(config: TriggerConfig<unknown>): Promise<void> {
      this.seen.push(`-${config.id}`)
    }
  }
  const handler = new Provided()
  rig.worker.registerTriggerType('mine', '', handler)
  bind(rig.link, 't1')
  rig.link.send({ type: 'unregistertrigger', id: 't1' })
  await rig.settle()

  expect(handler.seen).toEqual(['t1', '-t1'])
})
