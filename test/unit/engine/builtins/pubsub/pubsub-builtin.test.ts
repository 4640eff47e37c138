import { expect, test } from 'vitest'
import type { Builtin } from '../../../../../src/engine/builtins/builtin.js'
import { MAX_AWAITED } from '../../../../../src/engine/builtins/pubsub/deliveries.js'
import { createPubSubBuiltin } from '../../../../../src/engine/builtins/pubsub/pubsub-builtin.js'
import { parsePubSubConfig } from '../../../../../src/engine/builtins/pubsub/pubsub-config.js'
import { bindingOf, bindTo, callBuiltin, unbindFrom } from '../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../kit/fake-host.js'

function start(): { host: FakeHost; builtin: Builtin } {
  const host = new FakeHost()
  return { host, builtin: createPubSubBuiltin(host, parsePubSubConfig(undefined)) }
}

const subscription = (id: string, functionId: string, topic: unknown = 'orders', namespace = 'default') =>
  bindingOf({ id, triggerType: 'subscribe', functionId, namespace, config: { topic }, metadata: { not: 'delivered' } })

test('every binding of a topic gets the event once, in the namespace it was bound for', async () => {
  const { host, builtin } = start()
  host.serve('a', () => null)
  host.serve('b', () => null, 'blue')
  await bindTo(builtin, subscription('1', 'a'))
  await bindTo(builtin, subscription('2', 'a'))
  await bindTo(builtin, subscription('3', 'b', 'orders', 'blue'))
  await bindTo(builtin, subscription('4', 'a', 'other'))

  expect(await callBuiltin(builtin, 'publish', { topic: 'orders', data: { n: 1 } })).toBeUndefined()

  expect(host.calls.map(({ functionId, namespace, data }) => [functionId, namespace, data])).toEqual([
    ['a', 'default', { n: 1 }],
    ['a', 'default', { n: 1 }],
    ['b', 'blue', { n: 1 }],
  ])
  expect(host.calls.every((call) => call.metadata === undefined)).toBe(true)
})

test('removing one subscriber leaves the others of its topic in place', async () => {
  const { host, builtin } = start()
  host.serve('a', () => null)
  host.serve('b', () => null)
  const first = subscription('1', 'a')
  await bindTo(builtin, first)
  await bindTo(builtin, subscription('2', 'b'))
  unbindFrom(builtin, first)

  await callBuiltin(builtin, 'publish', { topic: 'orders', data: 1 })

  expect(host.calls.map((call) => call.functionId)).toEqual(['b'])
})

test('binding an id again moves it to the new topic', async () => {
  const { host, builtin } = start()
  host.serve('a', () => null)
  await bindTo(builtin, subscription('1', 'a', 'old'))
  await bindTo(builtin, subscription('1', 'a', 'new'))

  await callBuiltin(builtin, 'publish', { topic: 'old', data: 1 })
  await callBuiltin(builtin, 'publish', { topic: 'new', data: 2 })

  expect(host.payloads('a')).toEqual([2])
})

test('publish does not wait for handlers and ignores their errors', async () => {
  const { host, builtin } = start()
  host.serve('hangs', () => new Promise(() => {}))
  host.serve('throws', () => {
    throw new Error('no')
  })
  await bindTo(builtin, subscription('1', 'hangs'))
  await bindTo(builtin, subscription('2', 'throws'))
  await bindTo(builtin, subscription('3', 'missing'))

  expect(await callBuiltin(builtin, 'publish', { topic: 'orders', data: null })).toBeUndefined()
  expect(host.calls).toHaveLength(3)
})

test('the publisher’s trace headers travel with the event', async () => {
  const { host, builtin } = start()
  await bindTo(builtin, subscription('1', 'a'))
  await callBuiltin(builtin, 'publish', { topic: 'orders', data: 1 }, { traceparent: '00-a-b-01', baggage: 'k=v' })
  expect(host.calls[0]).toMatchObject({ traceparent: '00-a-b-01', baggage: 'k=v' })
})

test('an empty topic can be subscribed to and never fires', async () => {
  const { host, builtin } = start()
  await bindTo(builtin, subscription('1', 'a', ''))
  await expect(callBuiltin(builtin, 'publish', { topic: '', data: 1 })).rejects.toMatchObject({
    code: 'topic_not_set',
    detail: 'Topic is not set',
  })
  expect(host.calls).toEqual([])
})

test.each([[{ data: 1 }], [{ topic: 'x' }], [{ topic: 7, data: 1 }], [null]])(
  'input %j is answered with deserialization_error',
  async (input) => {
    const { builtin } = start()
    await expect(callBuiltin(builtin, 'publish', input)).rejects.toMatchObject({ code: 'deserialization_error' })
  },
)

test('a subscription without a topic is refused', async () => {
  const { builtin } = start()
  await expect(bindTo(builtin, subscription('1', 'a', 5))).rejects.toThrow('member `topic` must be a string')
})

test('the number of handlers waited for is limited, and every handler is called', async () => {
  const { host, builtin } = start()
  host.serve('hangs', () => new Promise(() => {}))
  await bindTo(builtin, subscription('1', 'hangs'))
  for (let i = 0; i < MAX_AWAITED + 5; i++) await callBuiltin(builtin, 'publish', { topic: 'orders', data: i })

  expect(host.calls).toHaveLength(MAX_AWAITED + 5)
  expect(host.calls.filter((call) => call.signal?.aborted)).toHaveLength(5)
  expect(host.counters.dropped.deliveries).toBe(5)
  await builtin.stop()
  expect(host.calls.every((call) => call.signal?.aborted)).toBe(true)
})

test.each([
  [{ adaptor: {} }, 'iii-pubsub.adaptor (an object) is not a known key; accepted: adapter'],
  [{ adapter: { name: 'redis' } }, 'iii-pubsub.adapter.name must be `local`, got the string "redis"'],
  [{ adapter: { name: 'local', config: { url: 1 } } }, 'iii-pubsub.adapter.config.url (1) is not a known key'],
  ['local', 'iii-pubsub must be an object, got the string "local"'],
])('config %j is refused by name', (config, message) => {
  expect(() => parsePubSubConfig(config)).toThrow(message)
})
