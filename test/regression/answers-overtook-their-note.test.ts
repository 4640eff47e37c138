/**
 * An engine that sends a call before it records it dropped results that came first, and their callers waited for the
 * time limit.
 */
import { expect, test } from 'vitest'
import { ErrorCode } from '../../src/errors.js'
import type { MessageNamed, WorkerMessage } from '../../src/wire/protocol/messages.js'
import { connectedRig, workerRig, type WorkerRig } from '../kit/worker-rig.js'
import { testEngine } from '../kit/local-rig.js'

/** A worker on an engine that guarantees nothing about calls. */
async function flawedRig(options: Parameters<typeof workerRig>[0] = {}): Promise<WorkerRig> {
  const rig = workerRig(options, (engine) => {
    engine.broken = new Set(['calls-noted-first'])
  })
  await rig.settle()
  return rig
}

function resultsOf(rig: WorkerRig): MessageNamed<WorkerMessage, 'invocationresult'>[] {
  return rig.link.all('invocationresult')
}

test('calls whose first answer is dropped are answered by the second', async () => {
  const engine = await testEngine({ quirks: { lateNotes: { every: 3, delayMs: 2 } } })
  const worker = engine.connect()
  worker.registerFunction('sync', ({ n }: { n: number }) => n)
  worker.registerFunction('async', async ({ n }: { n: number }) => Promise.resolve(n))
  worker.registerFunction('failing', () => {
    throw new Error('no')
  })
  await worker.ready()
  const calls = Array.from({ length: 99 }, (_, n) =>
    worker.trigger({ function_id: n % 2 === 0 ? 'sync' : 'async', payload: { n }, timeoutMs: 5_000 }),
  )
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 99 }, (_, n) => n))
  const failures = Array.from({ length: 3 }, () => worker.trigger({ function_id: 'failing', payload: {} }))
  const outcomes = await Promise.allSettled(failures)
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(outcomes).toMatchObject(Array(3).fill({ reason: { code: ErrorCode.invocation_failed } }))
  expect(worker.stats().repeatedResults).toBeGreaterThan(30)
})

test('without repeats such a call waits for its time limit', async () => {
  const engine = await testEngine({ ports: false, quirks: { lateNotes: { every: 1 } } })
  const worker = engine.connect({ workarounds: { repeatAnswers: false } })
  worker.registerFunction('f', () => 1)
  await worker.ready()
  const call = worker.trigger({ function_id: 'f', payload: {}, timeoutMs: 100 })
  await expect(call).rejects.toMatchObject({ code: ErrorCode.TIMEOUT })
})

test('a small, fast result goes out again after 5 to 10 ms, and no third time', async () => {
  const rig = await flawedRig()
  rig.worker.registerFunction('f', () => 1)
  await rig.settle()
  const id = rig.link.invoke('f')
  await rig.settle()
  expect(resultsOf(rig)).toHaveLength(1)
  await rig.clock.advance(4)
  expect(resultsOf(rig)).toHaveLength(1)
  await rig.clock.advance(6)
  expect(resultsOf(rig).map(({ invocation_id }) => invocation_id)).toEqual([id, id])
  await rig.clock.advance(1_000)
  expect(resultsOf(rig)).toHaveLength(2)
  expect(rig.worker.stats()).toMatchObject({ repeatedResults: 1, unrepeatedResults: 0 })
})

test('an engine that records calls first gets each result once', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('f', () => 1)
  await rig.settle()
  rig.link.invoke('f')
  await rig.clock.advance(1_000)
  expect(resultsOf(rig)).toHaveLength(1)
})

test('the option decides against the engine', async () => {
  const rig = await connectedRig({ workarounds: { repeatAnswers: true } })
  rig.worker.registerFunction('f', () => 1)
  await rig.settle()
  rig.link.invoke('f')
  await rig.clock.advance(1_000)
  expect(resultsOf(rig)).toHaveLength(2)
})

test('large and slow results go out once', async () => {
  const rig = await flawedRig()
  rig.worker.registerFunction('large', () => 'x'.repeat(17_000))
  rig.worker.registerFunction('slow', () => new Promise((resolve) => rig.clock.after(11, () => resolve(1))))
  await rig.settle()
  rig.link.invoke('large')
  rig.link.invoke('slow')
  await rig.clock.advance(1_000)
  expect(resultsOf(rig)).toHaveLength(2)
})

test('results of a lost link are not repeated on the next', async () => {
  // The next link is up before the repeats are due.
  const rig = await flawedRig({ reconnectionConfig: { initialDelayMs: 1 } })
  rig.worker.registerFunction('f', () => 1)
  await rig.settle()
  rig.link.invoke('f')
  await rig.settle()
  rig.link.cut()
  await rig.reconnect()
  await rig.clock.advance(1_000)
  expect(resultsOf(rig)).toHaveLength(0)
})

test('a graceful shutdown repeats before it closes', async () => {
  const rig = await flawedRig()
  rig.worker.registerFunction('f', () => 1)
  await rig.settle()
  const link = rig.link
  link.invoke('f')
  await rig.settle()
  const ended = rig.worker.shutdownAsync()
  await rig.clock.advance(2_000)
  await ended
  expect(link.all('invocationresult')).toHaveLength(2)
})

test('the number of calls waiting to be repeated is limited and counted', async () => {
  const rig = await flawedRig()
  rig.worker.registerFunction('f', () => 'x'.repeat(16_000))
  await rig.settle()
  for (let n = 0; n < 300; n++) rig.link.invoke('f')
  await rig.settle()
  await rig.clock.advance(100)
  const { repeatedResults, unrepeatedResults } = rig.worker.stats()
  expect(unrepeatedResults).toBeGreaterThan(30)
  expect(repeatedResults).toBe(300 - unrepeatedResults)
})
