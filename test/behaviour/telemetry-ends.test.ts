import type { TracerProvider } from '@opentelemetry/api'
import { expect, test, vi } from 'vitest'
import { initOtel } from 'iii-node/helpers/observability'
import { getTracer } from 'iii-node/helpers/observability/internal'
import { connectedRig, outcomeOf, workerRig } from '../kit/worker-rig.js'
import { createTestEngine } from 'iii-node/testing'

const otel = { enabled: true, fetchInstrumentationEnabled: false }

test('a graceful shutdown sends the spans, logs and metrics of the last calls', async () => {
  const engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({
    otel: { ...otel, spansFlushIntervalMs: 60_000, logsBatchSize: 100, logsFlushIntervalMs: 60_000 },
  })
  const counter = worker.telemetry.meter!.createCounter('orders')
  worker.registerFunction('last', async (_input, _meta, { logger }) => {
    await new Promise((resolve) => setImmediate(resolve))
    counter.add(3)
    logger.info('done')
  })
  await engine.advance('1 s')
  const result = engine.call('last')
  await engine.advance(1)
  const report = worker.shutdownAsync()
  for (let i = 0; i < 5; i += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    await engine.advance(1)
  }
  await result

  expect(await report).toEqual({ drained: 1, abandoned: 0, droppedTelemetry: 0 })
  expect(engine.spans().map(({ name }) => name)).toEqual(['execute last'])
  expect(engine.logs().map(({ body }) => body)).toEqual(['done'])
  expect(engine.metrics().find(({ name }) => name === 'orders')).toMatchObject({ value: 3 })
  await engine.close()
})

test('an immediate shutdown flushes, too', async () => {
  const engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({ otel })
  worker.registerFunction('f', () => 1)
  await engine.advance('1 s')
  const result = engine.call('f')
  await engine.advance(1)
  await result
  expect(engine.spans()).toEqual([])
  const ended = worker.shutdown()
  await engine.advance(10)
  await ended
  expect(engine.spans()).toHaveLength(1)
  await engine.close()
})

test('a metric callback that never ends does not extend the shutdown over its limit', async () => {
  const rig = await connectedRig({ otel: { ...otel, shutdownTimeoutMs: 500 }, enableMetricsReporting: false })
  rig.worker.telemetry.meter!.createObservableGauge('stuck').addCallback(() => new Promise(() => undefined))
  const ended = rig.worker.shutdown()
  expect(rig.worker.getConnectionState()).toBe('disconnected')
  await rig.clock.advance(499)
  expect(await outcomeOf(ended)).toBeUndefined()
  await rig.clock.advance(1)
  await rig.clock.advance(1_000)
  expect(await outcomeOf(ended)).toEqual({ value: undefined })
  expect(rig.clock.pendingTimers).toBe(0)
})

test.each([0, 200])(
  'a telemetry socket that never opens holds the shutdown no longer than its %i ms',
  async (limitMs) => {
    const stalled = workerRig(
      { otel: { ...otel, transport: 'dedicated', metricsEnabled: false, shutdownTimeoutMs: limitMs } },
      (engine) => (engine.answer = (attempt) => (attempt === 1 ? 'accept' : 'stall')),
    )
    await stalled.settle()
    stalled.worker.telemetry.tracer!.startSpan('s').end()
    const ended = stalled.worker.shutdownAsync()
    await stalled.clock.advance(Math.max(0, limitMs - 1))
    if (limitMs > 0) expect(await outcomeOf(ended)).toBeUndefined()
    await stalled.clock.advance(1)
    expect(await outcomeOf(ended)).toMatchObject({ value: { drained: 0, abandoned: 0 } })
    // The socket goes by itself soon after.
    await stalled.clock.advance(2_000)
    expect(stalled.clock.pendingTimers).toBe(0)
  },
)

test('a metric that hangs and a socket that never opens share the limit', async () => {
  const rig = workerRig(
    { otel: { ...otel, transport: 'dedicated', shutdownTimeoutMs: 500 }, enableMetricsReporting: false },
    (engine) => (engine.answer = (attempt) => (attempt === 1 ? 'accept' : 'stall')),
  )
  await rig.settle()
  rig.worker.telemetry.meter!.createObservableGauge('stuck').addCallback(() => new Promise(() => undefined))
  rig.worker.telemetry.tracer!.startSpan('s').end()
  const ended = rig.worker.shutdown()
  await rig.clock.advance(499)
  expect(await outcomeOf(ended)).toBeUndefined()
  await rig.clock.advance(1)
  expect(await outcomeOf(ended)).toEqual({ value: undefined })
})

test('without an engine telemetry is capped, shutdown does not wait, and the loss is counted', async () => {
  const rig = workerRig(
    { otel: { ...otel, logsBatchSize: 1 }, reconnectionConfig: { maxPendingMessages: 10 } },
    (engine) => (engine.answer = 'unreachable'),
  )
  await rig.settle()
  const { logger, tracer } = rig.worker.telemetry
  for (let i = 0; i < 100; i += 1) logger!.emit({ body: String(i) })
  for (let i = 0; i < 5; i += 1) tracer!.startSpan('s').end()
  const report = rig.worker.shutdownAsync()
  await rig.clock.advance(1)
  expect(await outcomeOf(report)).toEqual({ value: { drained: 0, abandoned: 0, droppedTelemetry: 105 } })
  expect(rig.clock.pendingTimers).toBe(0)
})

test('telemetry queued while offline is sent after the replay', async () => {
  const engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({ otel })
  await engine.advance('1 s')
  engine.drop(worker)
  await engine.advance(1)
  worker.telemetry.logger!.emit({ body: 'while away' })
  await engine.advance('1 m')
  expect(engine.logs().map(({ body }) => body)).toEqual(['while away'])
  await engine.close()
})

test('a worker that failed for good stops its telemetry', async () => {
  const rig = workerRig({ otel, reconnectionConfig: { maxRetries: 0 } }, (engine) => (engine.answer = 'unreachable'))
  await rig.settle()
  expect(rig.worker.getConnectionState()).toBe('failed')
  rig.worker.telemetry.tracer!.startSpan('late').end()
  await rig.clock.advance(100)
  expect(rig.clock.pendingTimers).toBe(0)
  expect(await rig.worker.shutdownAsync()).toMatchObject({ droppedTelemetry: 1 })
})

test('flush sends all ended spans, and the worker continues', async () => {
  const engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({ otel: { ...otel, spansFlushIntervalMs: 60_000 } })
  await engine.advance('1 s')
  worker.telemetry.tracer!.startSpan('one').end()
  await worker.telemetry.flush()
  await engine.advance(1)
  expect(engine.spans().map(({ name }) => name)).toEqual(['one'])
  await engine.close()
})

test('disabled telemetry has null members and reports no event', async () => {
  const rig = await connectedRig({ otel: { enabled: false } })
  const { telemetry } = rig.worker
  expect(telemetry).toMatchObject({ tracer: null, meter: null, logger: null })
  await telemetry.flush()
  expect(rig.events.filter(({ kind }) => kind !== 'state')).toEqual([])
})

test('an instrumentation that throws leaves a worker without telemetry, and nothing behind', async () => {
  const failing = {
    enable() {
      throw new Error('cannot hook in')
    },
  }
  const original = globalThis.fetch
  const rig = workerRig({ otel: { enabled: true, transport: 'dedicated', instrumentations: [failing] } })
  await rig.settle()
  expect(rig.eventsOf('telemetry_failed')).toMatchObject([{ error: { message: 'cannot hook in' } }])
  expect(rig.worker.telemetry.tracer).toBeNull()
  expect(globalThis.fetch).toBe(original)
  expect(getTracer()).toBeNull()
  await rig.clock.advance(2_000)
  expect(rig.engine.links.map(({ closed }) => closed !== undefined)).toEqual([false, true])
  expect(() => {
    initOtel({ engineWsUrl: 'ws://127.0.0.1:1', instrumentations: [failing] })
  }).toThrow('cannot hook in')
  expect(getTracer()).toBeNull()
})

test('instrumentations get the providers of the worker, and are switched off with it, whatever they throw', async () => {
  const seen: string[] = []
  const instrumentation = (name: string, disable: () => void) => ({
    setTracerProvider: (provider: TracerProvider) => {
      provider.getTracer(name).startSpan(`span of ${name}`).end()
    },
    setMeterProvider: () => void seen.push(`${name} meters`),
    enable: () => void seen.push(`${name} on`),
    disable,
  })
  const engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({
    otel: {
      ...otel,
      instrumentations: [
        instrumentation('one', () => {
          throw new Error('stuck')
        }),
        instrumentation('two', () => void seen.push('two off')),
        {},
      ],
    },
  })
  await engine.advance('1 s')
  expect(seen).toEqual(['one meters', 'one on', 'two meters', 'two on'])
  expect(engine.spans().map(({ name }) => name)).toEqual(['span of one', 'span of two'])
  const ended = worker.shutdown()
  await engine.advance(10)
  await ended
  expect(seen.at(-1)).toBe('two off')
  await engine.close()
})

test('worker.telemetry.shutdown ends the telemetry of one worker alone', async () => {
  const engine = await createTestEngine({ ports: false })
  const [one, two] = ['one', 'two'].map((workerName) => {
    const worker = engine.connect({ workerName, otel: { ...otel, spansFlushIntervalMs: 60_000 } })
    worker.registerFunction(workerName, async (_input, _meta, { logger }) => logger.info(`line of ${workerName}`))
    return worker
  })
  await Promise.all([one!.ready(), two!.ready()])
  const line = vi.spyOn(console, 'info').mockReturnValue()
  await engine.call('one')
  await one!.telemetry.shutdown()
  await one!.telemetry.shutdown()
  await engine.call('one')
  await engine.call('two')
  await two!.telemetry.flush()
  await expect.poll(() => engine.spans().map(({ name }) => name)).toEqual(['execute one', 'execute two'])
  expect(engine.logs().map(({ body }) => body)).toEqual(['line of one', 'line of two'])
  expect(line.mock.calls.map(([text]) => text as string)).toEqual(['line of one'])
  expect(getTracer()).toBe(two!.telemetry.tracer)
  await engine.close()
})
