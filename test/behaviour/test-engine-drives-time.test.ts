import { expect, test } from 'vitest'
import { outcomeOf } from '../kit/worker-rig.js'
import { testEngine } from '../kit/local-rig.js'

test('an hour of schedules passes in a moment', async () => {
  const engine = await testEngine({ ports: false, clock: 'virtual', startTime: new Date('2026-03-01T08:59:30Z') })
  const worker = engine.connect()
  const ticks: string[] = []
  worker.registerFunction('tick', () => ticks.push(new Date(engine.now()).toISOString()))
  worker.registerTrigger({ type: 'cron', function_id: 'tick', config: { expression: '0 */15 * * * *' } })
  await worker.ready()
  await engine.advance('1h')
  expect(ticks).toEqual([
    '2026-03-01T09:00:00.000Z',
    '2026-03-01T09:15:00.000Z',
    '2026-03-01T09:30:00.000Z',
    '2026-03-01T09:45:00.000Z',
  ])
  expect(new Date(engine.now()).toISOString()).toBe('2026-03-01T09:59:30.000Z')
})

test('retries of a queue come when they are due', async () => {
  const queues = { queue_configs: { mail: { type: 'standard', max_retries: 3, backoff_ms: 1000, concurrency: 1 } } }
  const engine = await testEngine({ ports: false, clock: 'virtual', builtins: { 'iii-queue': queues } })
  const worker = engine.connect()
  const attempts: number[] = []
  const startedAt = engine.now()
  worker.registerFunction('send', () => {
    attempts.push(engine.now() - startedAt)
    if (attempts.length < 3) throw new Error('not yet')
  })
  await worker.ready()
  await engine.enqueue('mail', 'send', {})
  await engine.advance(0)
  expect(attempts).toHaveLength(1)
  await engine.advance('10m')
  expect(attempts).toHaveLength(3)
  expect(attempts[1]).toBeGreaterThanOrEqual(1000)
})

test('time limits of the engine and of a worker run on the same clock', async () => {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({ invocationTimeoutMs: 5_000 })
  worker.registerFunction('hangs', () => new Promise(() => undefined))
  await worker.ready()
  const byWorker = worker.trigger({ function_id: 'hangs', payload: {} })
  const byEngine = engine.call('hangs')
  byWorker.catch(() => undefined)
  byEngine.catch(() => undefined)
  await engine.advance(4_999)
  expect([await outcomeOf(byWorker), await outcomeOf(byEngine)]).toEqual([undefined, undefined])
  await engine.advance(1)
  await expect(byWorker).rejects.toMatchObject({ code: 'TIMEOUT' })
  await engine.advance('25s')
  await expect(byEngine).rejects.toMatchObject({ code: 'TIMEOUT' })
})

test('a dropped worker reconnects after its backoff', async () => {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({
    diagnostics: 'silent',
    reconnectionConfig: { initialDelayMs: 60_000, jitterFactor: 0 },
  })
  worker.registerFunction('echo', (data) => data as unknown)
  await worker.ready()
  engine.drop(worker)
  // The backoff has its own ceiling of 30 s.
  await engine.advance('29s')
  await expect(engine.call('echo')).rejects.toMatchObject({ code: 'function_not_found' })
  await engine.advance('1s')
  expect(await engine.call('echo', { a: 1 })).toEqual({ a: 1 })
})

test('an engine on real time cannot be advanced', async () => {
  const engine = await testEngine({ ports: false })
  await expect(engine.advance('1h')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(Math.abs(engine.now() - Date.now())).toBeLessThan(1_000)
})

test('an invalid duration does not advance the clock', async () => {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const before = engine.now()
  await expect(engine.advance('soon')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(engine.now()).toBe(before)
})
