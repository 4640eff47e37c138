import { describe, expect, test } from 'vitest'
import { makers, pairs, useStage, type Maker } from './interop-stage.js'

/** Three attempts, one soon after the other. */
const QUEUE = { max_retries: 3, concurrency: 4, type: 'standard', backoff_ms: 10, poll_interval_ms: 10 }

const stage = useStage({ engine: { builtins: { 'iii-queue': { queue_configs: { soon: QUEUE } } } } })

test('schedules run in all three, once a second, until they are taken back', async () => {
  await Promise.all(makers.map(expectSchedule))

  async function expectSchedule(maker: Maker): Promise<void> {
    const id = `${maker}::scheduled`
    await stage().serve(maker, id, { handler: 'record' })
    const handle = await stage().bind(maker, 'cron', id, { expression: '* * * * * *' })
    const [first = 0, second = 0] = (await stage().actor(maker).received(id, 2)).map(({ payload }) =>
      Date.parse((payload as { scheduled_time: string }).scheduled_time),
    )
    expect(second - first).toBe(1000)
    await stage().actor(maker).do('undo', { handle })
    await expect.poll(() => stage().bindings(id)).toEqual([])
  }
})

describe.each(pairs)('%s sends, %s gets', (sender, receiver) => {
  const call = (function_id: string, payload: unknown, more: object = {}): Promise<unknown> =>
    stage()
      .actor(sender)
      .do('call', { function_id, payload, ...more })

  test('a queued call runs later, and again until it succeeds', async () => {
    const id = `${receiver}::job-of-${sender}`
    await stage().serve(receiver, id, { handler: 'flaky', failures: 2 })
    const receipt = await call(id, { n: 1 }, { action: { type: 'enqueue', queue: 'soon' } })
    expect(receipt).toEqual({ messageReceiptId: expect.any(String) as string })
    const attempts = await stage().actor(receiver).received(id, 3)
    expect(attempts.map(({ payload, failed }) => [payload, failed])).toEqual([
      [{ n: 1 }, true],
      [{ n: 1 }, true],
      [{ n: 1 }, false],
    ])
  })

  test('a queued call that never succeeds is kept as a dead letter', async () => {
    const id = `${receiver}::bad-job-of-${sender}`
    await stage().serve(receiver, id, { handler: 'flaky', failures: 99 })
    await call(id, { job: id }, { action: { type: 'enqueue', queue: 'soon' } })
    const dead = async (): Promise<unknown> => call('engine::queue::dlq_messages', { queue: 'soon', limit: 500 })
    await expect
      .poll(dead, { timeout: 5_000 })
      .toContainEqual(expect.objectContaining({ retries: 3, error: expect.stringContaining('not yet') as string }))
    expect(await stage().actor(receiver).received(id, 3)).toHaveLength(3)
  })

  test('a durable subscriber receives a published event again until it succeeds', async () => {
    const id = `${receiver}::subscriber-of-${sender}`
    const topic = `orders-of-${sender}-for-${receiver}`
    await stage().serve(receiver, id, { handler: 'flaky', failures: 1 })
    const queue_config = { maxRetries: 2, backoffDelayMs: 10 }
    await stage().bind(receiver, 'durable:subscriber', id, { topic, queue_config })
    await call('iii::durable::publish', { topic, data: { order: 7 } })
    const attempts = await stage().actor(receiver).received(id, 2)
    expect(attempts.map(({ payload, failed }) => [payload, failed])).toEqual([
      [{ order: 7 }, true],
      [{ order: 7 }, false],
    ])
  })
})

test.each(makers)('what %s publishes reaches the subscribers of all', async (sender) => {
  const topic = `news-of-${sender}`
  const ids = makers.map((maker) => [maker, `${maker}::news-of-${sender}`] as const)
  for (const [maker, id] of ids) {
    await stage().serve(maker, id, { handler: 'record' })
    await stage().bind(maker, 'subscribe', id, { topic })
  }
  await stage()
    .actor(sender)
    .do('call', { function_id: 'publish', payload: { topic, data: { headline: 'x' } } })
  for (const [maker, id] of ids) {
    const [event] = await stage().actor(maker).received(id)
    expect(event?.['payload']).toEqual({ headline: 'x' })
  }
})

test('an unknown queue is refused, with the code and the words, in every language', async () => {
  for (const maker of makers) {
    const given = { function_id: 'missing', payload: {}, action: { type: 'enqueue', queue: 'missing' } }
    await expect(stage().actor(maker).do('call', given)).rejects.toMatchObject({
      seen: { code: 'enqueue_error', message: expect.stringContaining("'missing'") as string },
    })
  }
})
