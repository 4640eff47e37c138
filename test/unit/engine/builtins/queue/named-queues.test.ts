import { expect, test } from 'vitest'
import type { Builtin } from '../../../../../src/engine/builtins/builtin.js'
import { createQueueBuiltin } from '../../../../../src/engine/builtins/queue/queue-builtin.js'
import { parseQueueConfig } from '../../../../../src/engine/builtins/queue/queue-config.js'
import { callBuiltin } from '../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../kit/fake-host.js'

interface Running {
  readonly host: FakeHost
  readonly builtin: Builtin
  readonly enqueue: (input: object) => Promise<unknown>
  readonly call: (functionId: string, input: unknown) => Promise<unknown>
}

async function start(queues: object = {}, limits = {}): Promise<Running> {
  const host = new FakeHost()
  const config = parseQueueConfig({ queue_configs: queues })
  const builtin = createQueueBuiltin(host, { ...config, limits: { ...config.limits, ...limits } })
  await builtin.start()
  const call = (functionId: string, input: unknown): Promise<unknown> => callBuiltin(builtin, functionId, input)
  const enqueue = (input: object): Promise<unknown> =>
    call('engine::queue::enqueue', { queue: 'default', function_id: 'job', data: null, ...input })
  return { host, builtin, call, enqueue }
}

const fails = (message = 'no'): never => {
  throw new Error(message)
}

test('a job is delivered with its data alone, in its namespace, with its trace and without the sender’s tags', async () => {
  const { host, enqueue } = await start()
  host.serve('job', () => null, 'blue')
  const receipt = await enqueue({
    messageReceiptId: 'r-1',
    namespace: 'blue',
    data: { to: 'a' },
    traceparent: '00-t-s-01',
    baggage: 'k=v, iii.tag.kind=x,iii.tag.display_name=y,iii.tag.hidden=1,iii.function.id=job',
  })
  await host.clock.advance(0)

  expect(receipt).toEqual({ messageReceiptId: 'r-1' })
  const { signal, ...sent } = host.calls[0]!
  expect(signal?.aborted).toBe(false)
  expect(sent).toEqual({
    functionId: 'job',
    namespace: 'blue',
    data: { to: 'a' },
    traceparent: '00-t-s-01',
    baggage: 'k=v,iii.function.id=job',
  })
})

test('a queue that is not configured is not found, and `default` always exists', async () => {
  const { enqueue, call } = await start({ mail: {} })
  await expect(enqueue({ queue: 'x' })).rejects.toMatchObject({
    code: 'queue_not_found',
    detail: "Queue 'x' not found; declare it in `queue_configs` of `iii-queue`",
  })
  expect(await enqueue({ queue: 'mail' })).toEqual({ messageReceiptId: expect.any(String) as unknown })
  expect(await call('engine::queue::topic_stats', { queue: 'default' })).toMatchObject({
    consumer_count: 10,
    config: null,
  })
})

test('max_retries counts attempts, delays double, and the last error is kept with the dead letter', async () => {
  const { host, enqueue, call } = await start({ default: { max_retries: 3, backoff_ms: 1000 } })
  const times: number[] = []
  host.serve('job', () => {
    times.push(host.clock.now())
    fails('mail server down')
  })
  await enqueue({ messageReceiptId: 'r-1', data: { to: 'ä' } })
  await host.clock.advance(10_000)

  expect(times).toEqual([0, 1000, 3000])
  expect(await call('engine::queue::dlq_messages', { queue: 'default' })).toEqual([
    {
      id: 'r-1',
      payload: { to: 'ä' },
      error: 'mail server down',
      failed_at: Date.UTC(2026, 0, 1) / 1000 + 3,
      retries: 3,
      size_bytes: 11,
    },
  ])
})

test('a missing function counts as a failure like any other', async () => {
  const { host, enqueue, call } = await start({ default: { max_retries: 1 } })
  await enqueue({})
  await host.clock.advance(0)
  expect(await call('engine::queue::dlq_messages', { queue: 'default' })).toMatchObject([
    { error: 'function_not_found: Function job not found in namespace default', retries: 1 },
  ])
})

test('a fifo queue keeps order within a group, while groups run side by side up to the concurrency', async () => {
  const { host, enqueue } = await start({
    f: { type: 'fifo', message_group_field: 'g', concurrency: 2, max_retries: 2 },
  })
  const log: string[] = []
  let failures = 1
  host.serve('job', async (data) => {
    const { g, n } = data as { g: string; n: number }
    log.push(`${g}${String(n)} starts`)
    await new Promise<void>((resolve) => {
      host.clock.after(100, resolve)
    })
    if (g === 'a' && failures-- > 0) fails()
    log.push(`${g}${String(n)} done`)
  })
  for (const data of [
    { g: 'a', n: 1 },
    { g: 'a', n: 2 },
    { g: 'b', n: 1 },
    { g: 'c', n: 1 },
  ]) {
    await enqueue({ queue: 'f', data })
  }
  await host.clock.advance(5_000)

  expect(log.slice(0, 2)).toEqual(['a1 starts', 'b1 starts'])
  expect(log[2]).toBe('c1 starts')
  // The retry holds its group back and nothing else.
  expect(log.indexOf('c1 done')).toBeLessThan(log.indexOf('a1 done'))
  expect(log.filter((line) => line.startsWith('a'))).toEqual([
    'a1 starts',
    'a1 starts',
    'a1 done',
    'a2 starts',
    'a2 done',
  ])
})

test.each([[{}], [{ g: null }], ['text'], [null]])(
  'payload %j has no group and is refused by a fifo queue',
  async (data) => {
    const { enqueue } = await start({ f: { type: 'fifo', message_group_field: 'g' } })
    await expect(enqueue({ queue: 'f', data })).rejects.toMatchObject({ code: 'message_group_missing' })
  },
)

test('dead letters are redriven under the same id with all their attempts, or discarded', async () => {
  const { host, enqueue, call } = await start({ default: { max_retries: 2, backoff_ms: 10 } })
  host.serve('job', () => fails())
  await enqueue({ messageReceiptId: 'r-1' })
  await enqueue({ messageReceiptId: 'r-2' })
  await host.clock.advance(1_000)

  expect(await call('iii::queue::redrive_message', { queue: 'default', message_id: 'r-2' })).toEqual({
    queue: 'default',
    message_id: 'r-2',
    redriven: 1,
  })
  expect(await call('engine::queue::topic_stats', { queue: 'default' })).toMatchObject({ depth: 1, dlq_depth: 1 })
  await host.clock.advance(1_000)
  expect(host.calls).toHaveLength(6)
  expect(await call('iii::queue::discard_message', { topic: 'default', message_id: 'r-1' })).toMatchObject({
    redriven: 1,
  })
  expect(await call('iii::queue::discard_message', { topic: 'default', message_id: 'r-1' })).toMatchObject({
    redriven: 0,
  })

  host.serve('job', () => null)
  expect(await call('iii::queue::redrive', { queue: 'default' })).toEqual({ queue: 'default', redriven: 1 })
  await host.clock.advance(1_000)
  expect(await call('engine::queue::dlq_topics', {})).toEqual([
    { topic: 'default', broker_type: 'builtin', message_count: 0 },
  ])
  expect(await call('engine::queue::topic_stats', { queue: 'default' })).toMatchObject({ depth: 0, dlq_depth: 0 })
})

test('dead letters are read in pages, oldest first', async () => {
  const { host, enqueue, call } = await start({ default: { max_retries: 1, concurrency: 1 } })
  for (let n = 0; n < 60; n++) await enqueue({ data: n })
  await host.clock.advance(1_000)
  const page = async (input: object): Promise<unknown[]> => {
    const rows = (await call('engine::queue::dlq_messages', { topic: 'default', ...input })) as { payload: unknown }[]
    return rows.map((row) => row.payload)
  }
  expect(await page({})).toHaveLength(50)
  expect(await page({ offset: 58 })).toEqual([58, 59])
  expect(await page({ offset: 1, limit: 2 })).toEqual([1, 2])
  expect(await call('engine::queue::dlq_topics', {})).toEqual([
    { topic: 'default', broker_type: 'builtin', message_count: 60 },
  ])
  await expect(page({ offset: -1 })).rejects.toMatchObject({ code: 'deserialization_error' })
})

test('a full queue rejects new jobs with queue_full and accepts them once it has capacity', async () => {
  const { host, enqueue } = await start({}, { maxJobs: 2, maxJobBytes: 1_000 })
  let release = (): void => {}
  host.serve('job', () => new Promise<void>((resolve) => (release = resolve)))
  await enqueue({})
  await enqueue({})
  await expect(enqueue({})).rejects.toMatchObject({ code: 'queue_full' })
  release()
  await host.clock.advance(0)
  await expect(enqueue({ data: 'x'.repeat(1_000) })).rejects.toMatchObject({ code: 'queue_full' })
  await enqueue({ data: 'x'.repeat(900) })
  expect(host.counters.refused.jobs).toBe(2)
})

test('over their limit the oldest dead letters are dropped and logged', async () => {
  const { host, enqueue, call } = await start({ default: { max_retries: 1, concurrency: 1 } }, { maxLetters: 2 })
  for (let n = 0; n < 4; n++) await enqueue({ data: n })
  await host.clock.advance(100)
  expect(await call('engine::queue::dlq_messages', { topic: 'default' })).toMatchObject([
    { payload: 2 },
    { payload: 3 },
  ])
  expect(host.lines.filter((line) => line.message.includes('dropped')).map((line) => line.fields)).toEqual([
    { dropped: 1, dropped_total: 1 },
    { dropped: 1, dropped_total: 2 },
  ])
  expect(host.counters.dropped.deadLetters).toBe(2)
})

test('a redrive that does not fit is refused as a whole, and the dead-letter queue is unchanged', async () => {
  const { host, enqueue, call } = await start({ default: { max_retries: 1 } }, { maxJobs: 1 })
  for (let n = 0; n < 2; n++) {
    await enqueue({ data: n })
    await host.clock.advance(10)
  }
  await expect(call('iii::queue::redrive', { queue: 'default' })).rejects.toMatchObject({ code: 'redrive_failed' })
  expect(await call('engine::queue::topic_stats', { queue: 'default' })).toMatchObject({ depth: 0, dlq_depth: 2 })
})

test('a message id that is pending is not taken twice', async () => {
  const { host, enqueue } = await start()
  host.serve('job', () => new Promise(() => {}))
  await enqueue({ messageReceiptId: 'r-1' })
  await expect(enqueue({ messageReceiptId: 'r-1' })).rejects.toMatchObject({ code: 'duplicate_message' })
})

test('a queue that is not started, or stopped, accepts nothing', async () => {
  const host = new FakeHost()
  const builtin = createQueueBuiltin(host, parseQueueConfig(undefined))
  const input = { queue: 'default', function_id: 'job', data: 1 }
  await expect(callBuiltin(builtin, 'engine::queue::enqueue', input)).rejects.toMatchObject({
    code: 'queue_not_running',
  })
  await builtin.start()
  await builtin.stop()
  await expect(callBuiltin(builtin, 'engine::queue::enqueue', input)).rejects.toMatchObject({
    code: 'queue_not_running',
  })
})

test('stop abandons deliveries and retries, and leaves no timer', async () => {
  const { host, builtin, enqueue } = await start()
  host.serve('hangs', () => new Promise(() => {}))
  host.serve('fails', () => fails())
  await enqueue({ function_id: 'hangs' })
  await enqueue({ function_id: 'fails' })
  await host.clock.advance(10)
  expect(host.clock.pendingTimers).toBe(1)
  await builtin.stop()
  await host.clock.advance(60_000)
  expect(host.clock.pendingTimers).toBe(0)
  expect(host.calls).toHaveLength(2)
  expect(host.calls[0]?.signal?.aborted).toBe(true)
})

test.each([
  ['iii::queue::redrive', { queue: '' }, 'queue_not_set'],
  ['iii::queue::redrive', {}, 'queue_not_set'],
  ['iii::queue::redrive_message', { queue: '', message_id: 'x' }, 'queue_not_set'],
  ['iii::queue::discard_message', { queue: 'q', message_id: '' }, 'message_id_not_set'],
  ['engine::queue::topic_stats', { topic: '' }, 'topic_required'],
  ['engine::queue::dlq_messages', { topic: '' }, 'topic_required'],
  ['engine::queue::enqueue', { queue: 'default', function_id: 'f' }, 'deserialization_error'],
  ['iii::durable::publish', { topic: '', data: 1 }, 'topic_not_set'],
  ['iii::durable::publish', { topic: 't' }, 'deserialization_error'],
])('%s with %j answers %s', async (functionId, input, code) => {
  const { call } = await start()
  await expect(call(functionId, input)).rejects.toMatchObject({ code })
})

test('redrive and discard of an unknown queue affect zero jobs', async () => {
  const { call } = await start()
  expect(await call('iii::queue::redrive', { queue: 'nope' })).toEqual({ queue: 'nope', redriven: 0 })
  expect(await call('iii::queue::discard_message', { queue: 'nope', message_id: 'x' })).toEqual({
    queue: 'nope',
    message_id: 'x',
    redriven: 0,
  })
})
