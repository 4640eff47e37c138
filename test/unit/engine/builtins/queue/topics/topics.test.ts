import { expect, test } from 'vitest'
import type { Binding, Builtin } from '../../../../../../src/engine/builtins/builtin.js'
import { createQueueBuiltin } from '../../../../../../src/engine/builtins/queue/queue-builtin.js'
import { parseQueueConfig } from '../../../../../../src/engine/builtins/queue/queue-config.js'
import { bindingOf, bindTo, callBuiltin, unbindFrom } from '../../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../../kit/fake-host.js'

async function start(): Promise<{ host: FakeHost; builtin: Builtin; publish: (data: unknown) => Promise<unknown> }> {
  const host = new FakeHost()
  const builtin = createQueueBuiltin(host, parseQueueConfig(undefined))
  await builtin.start()
  return { host, builtin, publish: (data) => callBuiltin(builtin, 'iii::durable::publish', { topic: 'orders', data }) }
}

const subscriber = (functionId: string, config: object = {}, members: Partial<Binding> = {}): Binding =>
  bindingOf({
    id: functionId,
    triggerType: 'durable:subscriber',
    functionId,
    config: { topic: 'orders', ...config },
    metadata: { not: 'delivered' },
    ...members,
  })

test('each subscribed function gets the published data itself, without metadata, with the trace', async () => {
  const { host, builtin } = await start()
  host.serve('a', () => null)
  host.serve('b', () => null, 'blue')
  await bindTo(builtin, subscriber('a'))
  await bindTo(builtin, subscriber('b', {}, { namespace: 'blue' }))
  const context = { traceparent: '00-t-s-01', baggage: 'k=v,iii.tag.kind=x' }
  const answer = await callBuiltin(builtin, 'iii::durable::publish', { topic: 'orders', data: { n: 1 } }, context)
  await host.clock.advance(0)

  expect(answer).toBeUndefined()
  expect(host.calls).toHaveLength(2)
  for (const call of host.calls) {
    expect(call).toMatchObject({ data: { n: 1 }, traceparent: '00-t-s-01', baggage: 'k=v' })
    expect(call.metadata).toBeUndefined()
  }
  expect(host.calls.map((call) => call.namespace)).toEqual(['default', 'blue'])
})

test('triggers of one function share its messages, and removing one leaves the other', async () => {
  const { host, builtin, publish } = await start()
  host.serve('a', () => null)
  const first = subscriber('a', {}, { id: '1' })
  await bindTo(builtin, first)
  await bindTo(builtin, subscriber('a', {}, { id: '2' }))
  await publish(1)
  await host.clock.advance(0)
  expect(host.payloads('a')).toEqual([1])
  expect(await callBuiltin(builtin, 'engine::queue::list_topics', {})).toEqual([
    { name: 'default', broker_type: 'builtin', subscriber_count: 10 },
    { name: 'orders', broker_type: 'builtin', subscriber_count: 2 },
  ])

  unbindFrom(builtin, first)
  await publish(2)
  await host.clock.advance(0)
  expect(host.payloads('a')).toEqual([1, 2])
})

test('a message published without subscribers is not delivered later', async () => {
  const { host, builtin, publish } = await start()
  host.serve('a', () => null)
  await publish(1)
  await bindTo(builtin, subscriber('a'))
  await host.clock.advance(60_000)
  expect(host.calls).toEqual([])
})

test('jobs of a subscriber that disconnected wait for it to reconnect', async () => {
  const { host, builtin, publish } = await start()
  host.serve('a', () => {
    throw new Error('gone')
  })
  const binding = subscriber('a')
  await bindTo(builtin, binding)
  await publish(1)
  await host.clock.advance(10)
  unbindFrom(builtin, binding)
  await host.clock.advance(60_000)
  expect(host.calls).toHaveLength(1)
  expect(await callBuiltin(builtin, 'engine::queue::topic_stats', { topic: 'orders' })).toEqual({
    depth: 1,
    consumer_count: 0,
    dlq_depth: 0,
    config: null,
  })

  host.serve('a', () => null)
  await bindTo(builtin, subscriber('a', {}, { id: 'other trigger' }))
  await host.clock.advance(0)
  expect(host.payloads('a')).toEqual([1, 1])
})

test('a topic is forgotten with its last subscriber and job', async () => {
  const { host, builtin, publish } = await start()
  host.serve('a', () => null)
  const binding = subscriber('a')
  await bindTo(builtin, binding)
  await publish(1)
  await host.clock.advance(0)
  unbindFrom(builtin, binding)
  expect(await callBuiltin(builtin, 'engine::queue::list_topics', {})).toMatchObject([{ name: 'default' }])
})

test.each([
  [undefined, [0, 1000, 3000]],
  [{}, [0, 1000, 3000]],
  [{ maxRetries: 0 }, [0]],
  [{ maxRetries: 1, backoffDelayMs: 50 }, [0, 100]],
  [{ maxRetries: 3, backoffDelayMs: 200, backoffType: 'fixed', visibilityTimeout: 1 }, [0, 200, 600, 1400]],
])('with queue_config %j attempts come at %j', async (queueConfig, expected) => {
  const { host, builtin, publish } = await start()
  const times: number[] = []
  host.serve('a', () => {
    times.push(host.clock.now())
    throw new Error('no')
  })
  await bindTo(builtin, subscriber('a', { queue_config: queueConfig }))
  await publish(1)
  await host.clock.advance(60_000)
  expect(times).toEqual(expected)
  expect(await callBuiltin(builtin, 'engine::queue::dlq_messages', { topic: 'orders' })).toMatchObject([
    { payload: 1, retries: expected.length },
  ])
})

test('a fifo subscriber gets one message at a time, a standard one as many as its concurrency', async () => {
  for (const [queueConfig, atOnce] of [
    [{ type: 'fifo', concurrency: 5 }, 1],
    [{ type: 'standard', concurrency: 2 }, 2],
    [{}, 10],
  ] as const) {
    const { host, builtin, publish } = await start()
    let running = 0
    let most = 0
    host.serve('a', async () => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => {
        host.clock.after(50, resolve)
      })
      running -= 1
    })
    await bindTo(builtin, subscriber('a', { queue_config: queueConfig }))
    for (let n = 0; n < 15; n++) await publish(n)
    await host.clock.advance(10_000)
    expect(most).toBe(atOnce)
    expect(host.payloads('a')).toEqual(Array.from({ length: 15 }, (_, n) => n))
  }
})

test('a condition that returns false ends the message; one that fails is retried', async () => {
  const { host, builtin, publish } = await start()
  const answers = [false, new Error('broken'), null]
  host.serve('a', () => null)
  host.serve('check', () => {
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer
  })
  await bindTo(builtin, subscriber('a', { condition_function_id: 'check' }))
  await publish(1)
  await host.clock.advance(5_000)
  expect(host.payloads('a')).toEqual([])
  await publish(2)
  await host.clock.advance(5_000)
  expect(host.payloads('check')).toEqual([1, 2, 2])
  expect(host.payloads('a')).toEqual([2])
})

test('the dead-letter queue of a topic outlives its subscriber and can be redriven for the next one', async () => {
  const { host, builtin, publish } = await start()
  const binding = subscriber('a', { queue_config: { maxRetries: 0 } })
  await bindTo(builtin, binding)
  await publish(1)
  await host.clock.advance(0)
  unbindFrom(builtin, binding)
  expect(await callBuiltin(builtin, 'iii::queue::redrive', { topic: 'orders' })).toEqual({
    queue: 'orders',
    redriven: 1,
  })
  await host.clock.advance(60_000)
  expect(host.calls).toHaveLength(1)
  host.serve('a', () => null)
  await bindTo(builtin, binding)
  await host.clock.advance(0)
  expect(host.calls).toHaveLength(2)
})

test.each([
  [null, 'topic is required'],
  [{ topic: '' }, 'topic is required for durable:subscriber triggers'],
  [{ topic: 't', queue_config: 5 }, '`queue_config` must be an object, got 5'],
  [
    { topic: 't', queue_config: { maxRetries: -1 } },
    '`queue_config.maxRetries` must be a whole number of 0 or more, got -1',
  ],
  [{ topic: 't', queue_config: { concurrency: 0 } }, '`queue_config.concurrency` must be a whole number of 1 or more'],
])('config %j is refused: %s', async (config, message) => {
  const { builtin } = await start()
  await expect(bindTo(builtin, { ...subscriber('a'), config })).rejects.toThrow(message)
})
