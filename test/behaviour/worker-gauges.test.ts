import { expect, test } from 'vitest'
import { createTestEngine } from 'iii-node/testing'

const GAUGES = [
  'iii.worker.cpu.percent', 'iii.worker.cpu.system_micros', 'iii.worker.cpu.user_micros',
  'iii.worker.event_loop.lag_ms', 'iii.worker.memory.external', 'iii.worker.memory.heap_total',
  'iii.worker.memory.heap_used', 'iii.worker.memory.rss', 'iii.worker.uptime_seconds',
] // prettier-ignore

const otel = { enabled: true, fetchInstrumentationEnabled: false }

test('a worker reports nine gauges under the id the engine gave it, and under the new one after a reconnect', async () => {
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({ workerName: 'w', otel })
  await engine.advance('1 s')
  await worker.telemetry.flush()
  await engine.advance(1)
  expect(
    engine
      .metrics()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(GAUGES)
  for (const { value, attributes } of engine.metrics()) {
    expect(value).toBeTypeOf('number')
    expect(attributes).toEqual({ 'worker.id': worker.workerId, 'worker.name': 'w' })
  }

  const before = worker.workerId
  engine.drop(worker)
  await engine.advance('1 m')
  await worker.telemetry.flush()
  await engine.advance(1)
  const later = engine.metrics().slice(GAUGES.length)
  expect(worker.workerId).not.toBe(before)
  expect(later.map(({ name }) => name).sort()).toEqual(GAUGES)
  expect(new Set(later.map(({ attributes }) => attributes['worker.id']))).toEqual(new Set([worker.workerId]))
})

test.each([{ enableMetricsReporting: false }, { otel: { ...otel, metricsEnabled: false } }])(
  'there are no gauges with %j',
  async (options) => {
    await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
    const worker = engine.connect({ otel, ...options })
    await engine.advance('1 s')
    await worker.telemetry.flush()
    await engine.advance(1)
    expect(engine.metrics()).toEqual([])
  },
)
