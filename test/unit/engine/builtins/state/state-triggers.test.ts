import { expect, test } from 'vitest'
import type { Binding } from '../../../../../src/engine/builtins/builtin.js'
import { createStateBuiltin } from '../../../../../src/engine/builtins/state/state-builtin.js'
import { parseStateConfig } from '../../../../../src/engine/builtins/state/state-config.js'
import { deferred } from '../../../../../src/std/async/deferred.js'
import { bindingOf, bindTo, callBuiltin, unbindFrom } from '../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../kit/fake-host.js'

async function start(config?: unknown) {
  const host = new FakeHost()
  const builtin = createStateBuiltin(host, parseStateConfig(config))
  await builtin.start()
  const call = (name: string, input: unknown, context = {}): Promise<unknown> =>
    callBuiltin(builtin, `state::${name}`, input, context)
  const bind = (id: string, functionId: string, members: Partial<Binding> = {}): Promise<void> =>
    bindTo(builtin, bindingOf({ id, triggerType: 'state', functionId, config: {}, ...members }))
  return { host, builtin, call, bind }
}

const k = { scope: 's', key: 'k' }
const set = (value: unknown) => ({ ...k, value })
/** Runs everything that does not wait for time. */
const settle = (host: FakeHost): Promise<void> => host.clock.advance(0)

test('handlers receive created, updated and deleted values', async () => {
  const { host, call, bind } = await start()
  host.serve('f', () => null)
  await bind('t', 'f')
  await call('set', set(1))
  await call('set', set(2))
  await call('update', { ...k, ops: [{ type: 'increment', path: '', by: 1 }] })
  await call('delete', k)
  await settle(host)
  const event = { type: 'state', ...k }
  expect(host.payloads('f')).toEqual([
    { ...event, event_type: 'state:created', old_value: null, new_value: 1 },
    { ...event, event_type: 'state:updated', old_value: 1, new_value: 2 },
    { ...event, event_type: 'state:updated', old_value: 2, new_value: 3 },
    { ...event, event_type: 'state:deleted', old_value: 3, new_value: null },
  ])
})

test('deleting a missing key fires with two nulls; an update whose operations all failed fires too', async () => {
  const { host, call, bind } = await start()
  host.serve('f', () => null)
  await bind('t', 'f')
  await call('delete', k)
  await call('set', set('text'))
  await call('update', { ...k, ops: [{ type: 'increment', path: '', by: 1 }] })
  await settle(host)
  expect(host.payloads('f')).toMatchObject([
    { event_type: 'state:deleted', old_value: null, new_value: null },
    { event_type: 'state:created' },
    { event_type: 'state:updated', old_value: 'text', new_value: 'text' },
  ])
})

test('scope and key filter exactly, null and absent mean any', async () => {
  const { host, call, bind } = await start()
  for (const id of ['scope', 'key', 'both', 'any']) host.serve(id, () => null)
  await bind('1', 'scope', { config: { scope: 's' } })
  await bind('2', 'key', { config: { key: 'k', scope: null } })
  await bind('3', 'both', { config: { scope: 's', key: 'k' } })
  await bind('4', 'any', { config: null })
  await call('set', { scope: 's', key: 'x', value: 1 })
  await call('set', { scope: 't', key: 'k', value: 1 })
  await call('set', set(1))
  await settle(host)
  const places = (id: string): string[] =>
    (host.payloads(id) as { scope: string; key: string }[]).map(({ scope, key }) => scope + key)
  expect(places('scope')).toEqual(['sx', 'sk'])
  expect(places('key')).toEqual(['tk', 'sk'])
  expect(places('both')).toEqual(['sk'])
  expect(places('any')).toEqual(['sx', 'tk', 'sk'])
})

test('metadata, namespace and trace reach the handler; the condition receives the same payload without metadata', async () => {
  const { host, call, bind } = await start()
  host.serve('f', () => null, 'blue')
  host.serve('c', () => null, 'blue')
  await bind('t', 'f', { namespace: 'blue', metadata: { tag: 1 }, config: { condition_function_id: 'c' } })
  await call('set', set(1), { traceparent: 'tp', baggage: 'b=1' })
  await settle(host)
  const [condition, handler] = host.calls
  expect(condition).toMatchObject({ functionId: 'c', namespace: 'blue', traceparent: 'tp', baggage: 'b=1' })
  expect(condition?.metadata).toBeUndefined()
  expect(handler).toMatchObject({ functionId: 'f', namespace: 'blue', metadata: { tag: 1 }, traceparent: 'tp' })
  expect(handler?.data).toEqual(condition?.data)
})

test('only a plain false from the condition skips; a failing one skips and is logged', async () => {
  const { host, call, bind } = await start()
  host.serve('f', () => null)
  const answers: unknown[] = [false, null, 0, {}, undefined, true]
  let turn = 0
  host.serve('c', () => answers[turn++])
  await bind('t', 'f', { config: { condition_function_id: 'c' } })
  await bind('u', 'f', { config: { condition_function_id: 'missing', scope: 'other' } })
  for (const _ of answers) await call('set', set(1))
  await settle(host)
  expect(host.payloads('f')).toHaveLength(5)
  await call('set', { scope: 'other', key: 'k', value: 1 })
  await settle(host)
  expect(host.payloads('f')).toHaveLength(6)
  expect(host.lines.map(({ level }) => level)).toEqual(['warn'])
})

test('handlers of one write run one after the other, and the write does not wait for them', async () => {
  const { host, call, bind } = await start()
  const first = deferred<null>()
  host.serve('slow', () => first.promise)
  host.serve('next', () => null)
  await bind('1', 'slow')
  await bind('2', 'next')
  expect(await call('set', set(1))).toEqual({ old_value: null, new_value: 1 })
  await settle(host)
  expect(host.payloads('next')).toEqual([])
  first.resolve(null)
  await settle(host)
  expect(host.payloads('next')).toHaveLength(1)
})

test('a failing or missing handler is logged and the next one runs', async () => {
  const { host, call, bind } = await start()
  host.serve('bad', () => {
    throw new Error('boom')
  })
  host.serve('good', () => null)
  await bind('1', 'bad')
  await bind('2', 'missing')
  await bind('3', 'good')
  await call('set', set(1))
  await settle(host)
  expect(host.payloads('good')).toHaveLength(1)
  expect(host.lines.map(({ fields }) => fields)).toMatchObject([{ triggerId: '1' }, { triggerId: '2' }])
})

test('over the cap the triggers of the oldest write are dropped, counted and logged, except its first handler', async () => {
  const { host, call, bind } = await start()
  host.serve('hangs', () => new Promise(() => {}))
  host.serve('second', () => null)
  await bind('1', 'hangs')
  await bind('2', 'second')
  for (let write = 0; write < 10_002; write += 1) await call('set', set(write))
  await settle(host)
  expect(host.payloads('hangs')).toHaveLength(10_002)
  expect(host.payloads('second')).toEqual([])
  expect(host.lines.map(({ fields }) => fields)).toMatchObject([{ givenUp: 1 }, { givenUp: 2 }])
  expect(host.counters.dropped.firings).toBe(2)
})

test('an unbound trigger no longer fires, one bound again with its id has the new filter', async () => {
  const { host, builtin, call, bind } = await start()
  host.serve('f', () => null)
  await bind('t', 'f', { config: { scope: 'old' } })
  await bind('t', 'f', { config: { scope: 's' } })
  await call('set', { scope: 'old', key: 'k', value: 1 })
  await call('set', set(1))
  unbindFrom(builtin, bindingOf({ id: 't', triggerType: 'state', functionId: 'f', config: {} }))
  await call('set', set(2))
  await settle(host)
  expect(host.payloads('f')).toHaveLength(1)
})

test('a config of the wrong kind is refused by name', async () => {
  const { bind } = await start()
  await expect(bind('t', 'f', { config: { scope: 7 } })).rejects.toThrow('`scope` must be a string, got 7')
  await expect(bind('t', 'f', { config: [] })).rejects.toThrow('must be an object')
})

test('with triggers_enabled off nothing fires', async () => {
  const { host, call, bind } = await start({ triggers_enabled: false })
  host.serve('f', () => null)
  await bind('t', 'f')
  await call('set', set(1))
  await settle(host)
  expect(host.calls).toEqual([])
})

test('stopping abandons pending calls of handlers', async () => {
  const { host, builtin, call, bind } = await start()
  host.serve('hangs', () => new Promise(() => {}))
  host.serve('next', () => null)
  await bind('1', 'hangs')
  await bind('2', 'next')
  await call('set', set(1))
  await builtin.stop()
  await settle(host)
  expect(host.payloads('next')).toEqual([])
  expect(host.lines).toEqual([])
})
