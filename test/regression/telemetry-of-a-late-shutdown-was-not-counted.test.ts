import { expect, onTestFinished, test } from 'vitest'
import { createTestEngine } from '../../src/entry/testing.js'
import { otlpCollector } from '../kit/otlp-collector.js'

test('a shutdown that has used up its time counts what its collector did not accept', async () => {
  const collector = await otlpCollector()
  collector.respond = () => undefined
  const engine = await createTestEngine({ clock: 'virtual', ports: false })
  onTestFinished(() => engine.close())
  const otlp = { endpoint: collector.url, protocol: 'http/json' } as const
  const worker = engine.connect({ otel: { enabled: true, exporter: 'otlp', otlp, shutdownTimeoutMs: 50 } })
  worker.registerFunction('sell', () => 'sold')
  await worker.ready()
  const stock = worker.telemetry.meter!.createObservableGauge('stock')
  stock.addCallback(() => new Promise(() => undefined))
  await worker.trigger({ function_id: 'sell', payload: {} })
  void worker.telemetry.flush()
  await engine.advance('1s')
  await collector.received(({ length }) => length === 1)
  await worker.trigger({ function_id: 'sell', payload: {} })
  const ended = worker.shutdownAsync()
  await engine.advance('1m')
  const { droppedTelemetry } = await ended
  expect(droppedTelemetry).toBeGreaterThanOrEqual(2)
  expect(worker.stats().droppedTelemetry).toBe(droppedTelemetry)
})
