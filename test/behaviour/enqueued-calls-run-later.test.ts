import { expect, test } from 'vitest'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import { localRig } from '../kit/local-rig.js'

const queues = {
  name: 'iii-queue',
  config: {
    queue_configs: {
      fast: { max_retries: 3, backoff_ms: 50, poll_interval_ms: 10 },
      ordered: { type: 'fifo', message_group_field: 'g', max_retries: 2, backoff_ms: 50, poll_interval_ms: 10 },
    },
  },
}

test('an enqueued call has its receipt before it runs, and runs without the caller’s id or metadata', async () => {
  const rig = await localRig([queues])
  const worker = rig.addWorker()
  const seen: unknown[] = []
  worker.registerFunction('mail::send', (...args: unknown[]) => seen.push(args.slice(0, 2)) && null)
  await rig.settle()
  const call = worker.trigger({
    function_id: 'mail::send',
    payload: { to: 'a@b.c' },
    metadata: { tenant: 't' },
    action: TriggerAction.Enqueue({ queue: 'fast' }),
  })
  await rig.settle()
  expect(await call).toEqual({ messageReceiptId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown })
  await rig.clock.advance(100)
  expect(seen).toEqual([[{ to: 'a@b.c' }, undefined]])
})

test('a job whose worker dies is retried on the worker that takes over', async () => {
  const rig = await localRig([queues])
  const first = rig.addWorker()
  first.registerFunction('slow', () => new Promise(() => {}))
  const caller = rig.addWorker()
  await rig.settle()
  const call = caller.trigger({ function_id: 'slow', payload: 1, action: TriggerAction.Enqueue({ queue: 'fast' }) })
  await rig.settle()
  await call
  const gone = first.shutdown()
  await rig.clock.advance(20)
  await gone
  const second = rig.addWorker()
  const seen: unknown[] = []
  second.registerFunction('slow', (data: unknown) => seen.push(data) && null)
  await rig.clock.advance(1_000)
  expect(seen).toEqual([1])
})

test('an enqueue to a queue that is not configured fails with enqueue_error', async () => {
  const rig = await localRig([queues])
  const worker = rig.addWorker()
  await rig.settle()
  const call = worker.trigger({ function_id: 'f', payload: 1, action: TriggerAction.Enqueue({ queue: 'nope' }) })
  const failed = expect(call).rejects.toMatchObject({
    code: 'enqueue_error',
    message: expect.stringContaining("Queue 'nope' not found") as unknown,
  })
  await rig.settle()
  await failed
})

test('messages of one group arrive in order over the wire, though one of them fails at first', async () => {
  const rig = await localRig([queues])
  const worker = rig.addWorker()
  const seen: number[] = []
  let failures = 1
  worker.registerFunction('step', ({ n }: { n: number }) => {
    if (n === 2 && failures-- > 0) throw new Error('not yet')
    seen.push(n)
    return null
  })
  await rig.settle()
  for (let n = 0; n < 6; n++) {
    const call = worker.trigger({
      function_id: 'step',
      payload: { g: 'a', n },
      action: TriggerAction.Enqueue({ queue: 'ordered' }),
    })
    await rig.settle()
    await call
  }
  await rig.clock.advance(1_000)
  expect(seen).toEqual([0, 1, 2, 3, 4, 5])
})
