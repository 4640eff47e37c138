import { expect, test } from 'vitest'
import { PING_INTERVAL_MS } from '../../src/sdk/connection/options.js'
import { deferred } from '../../src/std/async/deferred.js'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import { connectedRig, outcomeOf, workerRig } from '../kit/worker-rig.js'

const queue = TriggerAction.Enqueue({ queue: 'q' })
const waiting = [
  { kind: 'a call', action: undefined },
  { kind: 'an enqueued call', action: queue },
] as const

test.each(waiting)('$kind that is not written yet waits for the link and is sent once', async ({ action }) => {
  const rig = workerRig({ autoConnect: false })
  const call = rig.worker.trigger({ function_id: 'f', payload: 1, ...(action && { action }) })
  rig.worker.connect()
  await rig.settle()
  expect(rig.link.calls).toHaveLength(1)
  rig.link.answer(rig.link.calls[0]!, { result: 'done' })

  expect(await call).toBe('done')
})

test.each(waiting)('$kind over the caps is refused and safe to retry', async ({ action }) => {
  const rig = workerRig({ autoConnect: false, reconnectionConfig: { maxPendingMessages: 2 } })
  const request = { function_id: 'f', payload: 1, ...(action && { action }) }
  const kept = [rig.worker.trigger(request), rig.worker.trigger(request)]
  for (const call of kept) call.catch(() => undefined)

  expect(await outcomeOf(rig.worker.trigger(request))).toMatchObject({
    error: { code: 'PENDING_QUEUE_FULL', kind: 'NotConnected', outcome: 'not_sent' },
  })
  rig.worker.connect()
  await rig.settle()
  expect(rig.link.calls).toHaveLength(2)
})

test('calls over the byte cap are refused by bytes', async () => {
  const rig = workerRig({ autoConnect: false, reconnectionConfig: { maxPendingBytes: 10_000 } })
  const call = (): Promise<unknown> => rig.worker.trigger({ function_id: 'f', payload: 'x'.repeat(6_000) })
  call().catch(() => undefined)

  expect(await outcomeOf(call())).toMatchObject({
    error: { code: 'PENDING_QUEUE_FULL', message: expect.stringContaining('bytes') as string },
  })
})

test.each(waiting)('$kind whose deadline passes while it waits is not sent', async ({ action }) => {
  const rig = workerRig({ autoConnect: false })
  const call = rig.worker.trigger({ function_id: 'f', payload: 1, timeoutMs: 500, ...(action && { action }) })
  call.catch(() => undefined)
  await rig.clock.advance(500)
  expect(await outcomeOf(call)).toMatchObject({ error: { code: 'TIMEOUT' } })
  rig.worker.connect()
  await rig.settle()

  expect(rig.link.calls).toEqual([])
})

test('a call that waits longer than messages may is refused and not sent', async () => {
  const rig = workerRig({ reconnectionConfig: { maxPendingAgeMs: 10_000 } }, (engine) => {
    engine.answer = (attempt) => (attempt < 6 ? 'unreachable' : 'accept')
  })
  const call = rig.worker.trigger({ function_id: 'f', payload: 1, timeoutMs: Infinity })
  call.catch(() => undefined)
  await rig.reconnect()
  await rig.settle()

  expect(await outcomeOf(call)).toMatchObject({ error: { code: 'PENDING_QUEUE_FULL', outcome: 'not_sent' } })
  expect(rig.link.calls).toEqual([])
})

test.each(waiting)(
  '$kind that was written is rejected at once when the link is lost, as unknown, and never sent again',
  async ({ action }) => {
    const rig = await connectedRig()
    const call = rig.worker.trigger({ function_id: 'f', payload: 1, timeoutMs: Infinity, ...(action && { action }) })
    call.catch(() => undefined)
    await rig.settle()
    const lostAt = rig.clock.now()
    rig.link.cut()
    await rig.settle()

    expect(await outcomeOf(call)).toMatchObject({
      error: {
        code: 'CONNECTION_LOST',
        kind: 'NotConnected',
        outcome: 'unknown',
        cause: { kind: 'WebSocket', closeCode: 1006 },
      },
    })
    expect(rig.clock.now()).toBe(lostAt)
    await rig.reconnect()
    await rig.settle()
    expect(rig.link.calls).toEqual([])
  },
)

test('a call settles once; a later answer is counted, reported and dropped', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger({ function_id: 'f', payload: 1 })
  await rig.settle()
  const [sent] = rig.link.calls
  rig.link.answer(sent!, { result: 'first' })
  rig.link.answer(sent!, { result: 'second' })
  rig.link.answer(sent!, { error: { code: 'X', message: 'third' } })
  await rig.settle()

  expect(await call).toBe('first')
  expect(rig.worker.stats()).toMatchObject({ pendingCalls: 0, settledCalls: 1, lateResults: 2 })
  expect(rig.eventsOf('late_result')).toHaveLength(2)
})

test('an answer after the time limit is late', async () => {
  const rig = await connectedRig({ invocationTimeoutMs: 100 })
  const call = rig.worker.trigger({ function_id: 'f', payload: 1 })
  call.catch(() => undefined)
  await rig.clock.advance(100)
  rig.link.answer(rig.link.calls[0]!, { result: 'late' })
  await rig.settle()

  expect(await outcomeOf(call)).toMatchObject({ error: { code: 'TIMEOUT' } })
  expect(rig.worker.stats()).toMatchObject({ timedOutCalls: 1, lateResults: 1 })
})

test('an enqueued call resolves with its receipt', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger({ function_id: 'f', payload: 1, action: queue })
  await rig.settle()
  expect(rig.link.calls[0]).toMatchObject({ action: { type: 'enqueue', queue: 'q' } })
  rig.link.answer(rig.link.calls[0]!, { result: { messageReceiptId: 'r-1' } })

  expect(await call).toEqual({ messageReceiptId: 'r-1' })
})

test('a fire-and-forget call resolves at once, carries no id, and waits for the link in order', async () => {
  const rig = workerRig({ autoConnect: false })
  for (let index = 0; index < 5; index += 1) {
    expect(
      await rig.worker.trigger({ function_id: `v${index}`, payload: index, action: TriggerAction.Void() }),
    ).toBeUndefined()
  }
  rig.worker.connect()
  await rig.settle()

  expect(rig.link.calls.map(({ function_id }) => function_id)).toEqual(['v0', 'v1', 'v2', 'v3', 'v4'])
  expect(rig.link.calls.every(({ invocation_id }) => invocation_id === undefined)).toBe(true)
})

test('a fire-and-forget call over the caps, or too old, is dropped, counted and reported', async () => {
  const rig = workerRig({ autoConnect: false, reconnectionConfig: { maxPendingMessages: 2, maxPendingAgeMs: 1_000 } })
  const call = (): Promise<unknown> =>
    rig.worker.trigger({ function_id: 'v', payload: 1, action: TriggerAction.Void() })
  expect(await Promise.all([call(), call(), call()])).toEqual([undefined, undefined, undefined])
  expect(rig.worker.stats()).toMatchObject({ droppedVoids: 1, queuedMessages: 2 })
  await rig.clock.advance(1_001)
  rig.worker.connect()
  await rig.settle()

  expect(rig.link.calls).toEqual([])
  expect(rig.worker.stats()).toMatchObject({ droppedVoids: 3, queuedMessages: 0 })
  expect(rig.eventsOf('frame_dropped')).toHaveLength(3)
})

test('a fire-and-forget call that was written is not sent again, and counted when its link is lost', async () => {
  const rig = await connectedRig()
  await rig.worker.trigger({ function_id: 'v', payload: 1, action: TriggerAction.Void() })
  await rig.settle()
  expect(rig.worker.stats().unconfirmedVoids).toBe(0)
  rig.link.cut()
  await rig.reconnect()
  await rig.settle()

  expect(rig.link.calls).toEqual([])
  expect(rig.worker.stats()).toMatchObject({ unconfirmedVoids: 1, droppedVoids: 0 })
})

test('a ping that the engine answered proves that fire-and-forget calls before it were read', async () => {
  const rig = await connectedRig()
  const call = (): Promise<unknown> =>
    rig.worker.trigger({ function_id: 'v', payload: 1, action: TriggerAction.Void() })
  for (let n = 0; n < 3; n += 1) await call()
  await rig.clock.advance(PING_INTERVAL_MS)
  for (let n = 0; n < 2; n += 1) await call()
  await rig.settle()
  rig.link.cut()
  await rig.settle()

  expect(rig.worker.stats().unconfirmedVoids).toBe(2)
})

test('a result finished while the link is down goes out first on the next one', async () => {
  const rig = await connectedRig()
  const work = deferred<string>()
  rig.worker.registerFunction('slow', () => work.promise)
  const id = rig.link.invoke('slow')
  await rig.settle()
  rig.link.cut()
  await rig.settle()
  work.resolve('done')
  const link = await rig.reconnect()
  await rig.settle()

  expect(link.received[0]).toMatchObject({ type: 'invocationresult', invocation_id: id, result: 'done' })
  expect(link.summary[1]).toBe('reattach')
})

test('a result finished after its link was replaced is dropped, counted, reported, and its signal was aborted', async () => {
  const rig = await connectedRig()
  const work = deferred<string>()
  let signal: AbortSignal | undefined
  rig.worker.registerFunction('slow', (_data, _metadata, context) => {
    signal = context.signal
    return work.promise
  })
  const id = rig.link.invoke('slow')
  await rig.settle()
  rig.link.cut()
  await rig.settle()
  expect(signal?.aborted).toBe(true)
  expect(signal?.reason).toMatchObject({ kind: 'WebSocket', closeCode: 1006 })
  const link = await rig.reconnect()
  work.resolve('too late')
  await rig.settle()

  expect(link.resultOf(id)).toBeUndefined()
  expect(rig.worker.stats()).toMatchObject({ droppedResults: 1, runningInvocations: 0 })
  expect(rig.eventsOf('frame_dropped')).toHaveLength(1)
})

test('a result that was written when its link was lost is not sent again, and counted', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('quick', () => 'done')
  const id = rig.link.invoke('quick')
  await rig.settle()
  expect(rig.link.resultOf(id)).toMatchObject({ result: 'done' })
  rig.link.cut()
  const link = await rig.reconnect()
  await rig.settle()

  expect(link.all('invocationresult')).toEqual([])
  expect(rig.worker.stats()).toMatchObject({ unconfirmedResults: 1, droppedResults: 0 })
})

test('results over the queue limits are dropped and counted while the connection is down', async () => {
  const rig = await connectedRig({ reconnectionConfig: { maxPendingMessages: 2 } })
  const work = deferred<string>()
  rig.worker.registerFunction('slow', () => work.promise)
  for (let index = 0; index < 5; index += 1) rig.link.invoke('slow')
  await rig.settle()
  rig.link.cut()
  await rig.settle()
  work.resolve('done')
  const link = await rig.reconnect()
  await rig.settle()

  expect(link.all('invocationresult')).toHaveLength(2)
  expect(rig.worker.stats().droppedResults).toBe(3)
})
