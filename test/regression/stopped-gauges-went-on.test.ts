import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import type { Meter } from '@opentelemetry/api'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import {
  EngineMetricsExporter,
  flushOtel,
  initOtel,
  registerWorkerGauges,
  SharedEngineConnection,
  shutdownOtel,
} from 'iii-node/helpers/observability'
import { getMeter } from 'iii-node/helpers/observability/internal'
import { createTestEngine } from 'iii-node/testing'
import type { TestEngine } from '../../src/testing/test-engine.js'

interface Owner {
  readonly meter: Meter
  readonly flush: () => Promise<void>
}

const otel = { enabled: true, fetchInstrumentationEnabled: false }

afterEach(shutdownOtel)

/** All objects that send metrics to an engine. */
const owners: readonly (readonly [string, (engine: TestEngine) => Owner])[] = [
  [
    'a worker',
    (engine) => {
      const { telemetry } = engine.connect({ otel, enableMetricsReporting: false })
      return { meter: telemetry.meter!, flush: () => telemetry.flush() }
    },
  ],
  [
    'initOtel',
    (engine) => {
      initOtel({ ...otel, engineWsUrl: engine.url })
      return { meter: getMeter()!, flush: flushOtel }
    },
  ],
  [
    'a program’s own OpenTelemetry',
    (engine) => {
      const connection = new SharedEngineConnection(`${engine.url}/otel`)
      const exporter = new EngineMetricsExporter(connection)
      const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })
      const provider = new MeterProvider({ readers: [reader] })
      onTestFinished(async () => {
        await provider.shutdown()
        await connection.shutdown()
      })
      return { meter: provider.getMeter('own'), flush: () => provider.forceFlush() }
    },
  ],
]

test.each(owners)('gauges that were stopped are not exported any more by %s', async (_name, start) => {
  const engine = await createTestEngine()
  onTestFinished(() => engine.close())
  const { meter, flush } = start(engine)
  const counter = meter.createCounter('marks')
  /** Exports what there is; the counter's point tells that the export has arrived. */
  const exported = async (mark: number): Promise<string[]> => {
    const before = engine.metrics().length
    counter.add(1)
    await flush()
    await expect
      .poll(
        () =>
          engine
            .metrics()
            .slice(before)
            .find(({ name }) => name === 'marks')?.value,
      )
      .toBe(mark)
    return engine
      .metrics()
      .slice(before)
      .map(({ name }) => name)
      .filter((name) => name !== 'marks')
  }
  const gauges = registerWorkerGauges(meter, { workerId: 'w' })
  expect(await exported(1)).toHaveLength(9)
  gauges.stop()
  expect(await exported(2)).toEqual([])
  const again = registerWorkerGauges(meter, { workerId: 'w2' })
  expect(await exported(3)).toHaveLength(9)
  again.stop()
  expect(await exported(4)).toEqual([])
})
