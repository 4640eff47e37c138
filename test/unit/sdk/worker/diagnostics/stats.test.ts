import { expect, test } from 'vitest'
import { createChannelOn } from '../../../../../src/sdk/channel/create.js'
import { TriggerAction } from '../../../../../src/sdk/worker/calls/trigger-request.js'
import { localRig } from '../../../../kit/local-rig.js'
import { connectedRig, outcomeOf, workerRig } from '../../../../kit/worker-rig.js'

const MIB = 1024 * 1024

test('an idle worker has all counters at zero', async () => {
  const { worker } = await connectedRig()
  const { settledCalls: _calls, registeredFunctions: _functions, ...counts } = worker.stats()
  expect(new Set(Object.values(counts))).toEqual(new Set([0]))
})

test('calls rejected by a full queue and expired calls are counted, void calls as dropped', async () => {
  const reconnectionConfig = { maxPendingMessages: 2, maxPendingAgeMs: 1_000 }
  const rig = workerRig({ autoConnect: false, reconnectionConfig })
  const calls = Promise.allSettled(
    Array.from({ length: 5 }, () => rig.worker.trigger({ function_id: 'f', payload: 1 })),
  )
  await rig.worker.trigger({ function_id: 'f', payload: 1, action: TriggerAction.Void() })
  expect(rig.worker.stats()).toMatchObject({ refusedCalls: 3, droppedVoids: 1, queuedMessages: 2 })
  await rig.clock.advance(1_001)
  rig.worker.connect()
  await rig.settle()
  const codes = (await calls).map((call) => call.status === 'rejected' && (call.reason as { code: string }).code)
  expect(codes).toEqual(Array(5).fill('PENDING_QUEUE_FULL'))
  expect(rig.worker.stats()).toMatchObject({ refusedCalls: 5, droppedVoids: 1, queuedMessages: 0 })
})

test('invocations answered with WORKER_BUSY because too many wait are counted', async () => {
  const rig = await connectedRig({ maxConcurrentInvocations: 1 })
  rig.worker.registerFunction('f', () => new Promise(() => undefined))
  for (let n = 0; n < 10_003; n += 1) rig.link.invoke('f')
  await rig.settle()
  const busy = rig.link.all('invocationresult').filter(({ error }) => error?.code === 'WORKER_BUSY')
  expect([busy.length, rig.worker.stats().refusedInvocations]).toEqual([2, 2])
})

test('a call and a result too large for one message are counted', async () => {
  const rig = await connectedRig()
  const text = 'x'.repeat(64 * MIB)
  rig.worker.registerFunction('large', () => text)
  expect(await outcomeOf(rig.worker.trigger({ function_id: 'f', payload: text }))).toMatchObject({
    error: { code: 'MESSAGE_TOO_LARGE' },
  })
  const id = rig.link.invoke('large')
  await rig.settle()
  expect(rig.link.resultOf(id)).toMatchObject({ error: { code: 'MESSAGE_TOO_LARGE' } })
  expect(rig.worker.stats().oversizedMessages).toBe(2)
})

test('frames that cannot be read are counted', async () => {
  const rig = await connectedRig()
  for (const text of ['no JSON', '{"type":"nothing"}']) rig.link.sendText(text)
  await rig.settle()
  expect(rig.worker.stats().unreadableFrames).toBe(2)
})

test('bytes that wait in the ends of channels are shown as long as the ends are open', async () => {
  const rig = await localRig()
  const worker = rig.addWorker()
  await rig.settle()
  const created = createChannelOn(worker)
  await rig.settle()
  const { writer, reader } = await created
  const first = reader.nextBinary()
  for (let n = 0; n < 3; n += 1) void writer.write(new Uint8Array(1_000))
  await rig.settle()
  await first
  expect(worker.stats().channelBytes).toBe(2_000)
  const closed = Promise.all([writer.close(), reader.close()])
  await rig.settle()
  await closed
  expect(worker.stats().channelBytes).toBe(0)
})
