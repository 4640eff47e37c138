import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { registerWorker, type III } from '../../src/index.js'
import type { TestEngine } from '../../src/entry/testing.js'
import { outcomeOf } from '../kit/worker-rig.js'
import { testEngine } from '../kit/local-rig.js'

const quiet = { otel: { enabled: false }, diagnostics: 'silent' } as const
const soon = { reconnectionConfig: { initialDelayMs: 10, jitterFactor: 0 } }

/** The same fault on a socket and in memory. */
const transports: [string, (engine: TestEngine) => III][] = [
  ['a socket', (engine) => registerWorker(engine.url, { workerName: randomUUID(), ...quiet, ...soon })],
  ['memory', (engine) => engine.connect({ ...quiet, ...soon })],
]

async function connected(connect: (engine: TestEngine) => III) {
  const engine = await testEngine()
  const worker = connect(engine)
  worker.registerFunction('echo', (data) => data as unknown)
  await worker.ready()
  return { engine, worker }
}

test.each(transports)('a dropped worker loses its calls and reconnects: %s', async (_, connect) => {
  const { engine, worker } = await connected(connect)
  worker.registerFunction('hangs', () => new Promise(() => undefined))
  await worker.ready()
  const call = worker.trigger({ function_id: 'hangs', payload: {} })
  await engine.waitFor((frame) => frame.type === 'invokefunction' && frame.function_id === 'hangs')
  engine.drop(worker)
  await expect(call).rejects.toMatchObject({ code: 'CONNECTION_LOST', outcome: 'unknown' })
  await engine.waitFor((frame) => frame.type === 'reattach')
  await worker.ready()
  expect(await engine.call('echo', { again: true })).toEqual({ again: true })
  await worker.shutdown()
})

test.each(transports)('a paused engine sends nothing, and everything after it resumes: %s', async (_, connect) => {
  const { engine, worker } = await connected(connect)
  engine.pause()
  const calls = [1, 2, 3].map((n) => worker.trigger({ function_id: 'echo', payload: { n } }))
  const late = connect(engine)
  const ready = late.ready()
  // eslint-disable-next-line local/real-time -- an answer that must not come would take this long
  await delay(50)
  expect(await outcomeOf(Promise.race([...calls, ready]))).toBeUndefined()
  engine.resume()
  expect(await Promise.all(calls)).toMatchObject([{ n: 1 }, { n: 2 }, { n: 3 }])
  await ready
  await Promise.all([worker.shutdown(), late.shutdown()])
})

test.each(transports)('a stalled worker receives no results until the stall ends: %s', async (_, connect) => {
  const { engine, worker } = await connected(connect)
  const other = engine.connect(quiet)
  await other.ready()
  const release = engine.stallReads(worker)
  const call = worker.trigger({ function_id: 'engine::functions::list', payload: {} })
  // eslint-disable-next-line local/real-time -- an answer that must not come would take this long
  await delay(50)
  expect(await outcomeOf(call)).toBeUndefined()
  await expect(other.trigger({ function_id: 'engine::functions::list', payload: {} })).resolves.toBeDefined()
  release()
  await expect(call).resolves.toBeDefined()
  await worker.shutdown()
})

test('a stalled worker feels back-pressure on its socket', async () => {
  const { engine, worker } = await connected(transports[0]![1])
  worker.registerFunction('length', (text: string) => text.length)
  const release = engine.stallReads(worker)
  const payload = 'x'.repeat(1024 * 1024)
  const calls = Promise.all(Array.from({ length: 20 }, () => worker.trigger({ function_id: 'length', payload })))
  await expect.poll(() => worker.stats().queuedBytes, { timeout: 5_000 }).toBeGreaterThan(4 * 1024 * 1024)
  release()
  expect(await calls).toHaveLength(20)
  await worker.shutdown()
})

test.each(transports)('a rejected worker has failed for good: %s', async (_, connect) => {
  const { engine, worker } = await connected(connect)
  engine.reject(worker)
  await expect.poll(() => worker.getConnectionState()).toBe('failed')
  expect(worker.getFatalError()).toMatchObject({ code: 'WORKER_NAMESPACE_CONFLICT' })
  await expect(worker.trigger({ function_id: 'echo', payload: {} })).rejects.toMatchObject({
    code: 'WORKER_NAMESPACE_CONFLICT',
  })
  await expect(engine.call('echo')).rejects.toMatchObject({ code: 'function_not_found' })
  expect(() => engine.drop(worker)).toThrow(expect.objectContaining({ code: 'NOT_CONNECTED' }))
})

test('a rejected function is reported and the connection stays open', async () => {
  const engine = await testEngine({ ports: false })
  const kinds: string[] = []
  const worker = engine.connect({ diagnostics: (event) => kinds.push(event.kind) })
  await worker.ready()
  engine.reject(worker, 'FUNCTION_NAMESPACE_CONFLICT', { functionId: 'echo' })
  await worker.ready()
  expect(kinds).toContain('registration_rejected')
  expect(worker.getConnectionState()).toBe('connected')
  expect(() => engine.reject(worker, 'FUNCTION_NAMESPACE_CONFLICT')).toThrow(/functionId/)
  expect(() => engine.reject(worker, 'NO_SUCH_CODE' as never)).toThrow(/NO_SUCH_CODE/)
})

test('latency delays every frame in both directions', async () => {
  const engine = await testEngine({ ports: false, clock: 'virtual', latencyMs: '100ms' })
  const worker = engine.connect()
  worker.registerFunction('echo', (data) => data as unknown)
  const ready = worker.ready()
  await engine.advance('1s')
  await ready
  const call = worker.trigger({ function_id: 'echo', payload: { a: 1 } })
  await engine.advance(399)
  expect(await outcomeOf(call)).toBeUndefined()
  await engine.advance(1)
  expect(await outcomeOf(call)).toMatchObject({ value: { a: 1 } })
})
