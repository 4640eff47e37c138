/** Tests the effect of each member of the telemetry and reconnection settings and of telemetry data. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { III } from 'iii-node'
import {
  EngineMetricsExporter,
  initOtel,
  registerWorkerGauges,
  SharedEngineConnection,
  shutdownOtel,
  WorkerMetricsCollector,
  type OtelConfig,
  type OtelMessage,
  type ReconnectionConfig,
  type WorkerGaugesOptions,
  type WorkerMetrics,
} from 'iii-node/helpers/observability'
import type { TestEngine } from 'iii-node/testing'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { telemetryPayload } from '../kit/telemetry-payload.js'
import { testEngine } from '../kit/local-rig.js'
import { connectedRig, workerRig } from '../kit/worker-rig.js'

const LONG_MS = 3_600_000
/** Everything waits long unless a test says otherwise. */
const patient: OtelConfig = {
  enabled: true,
  spansFlushIntervalMs: LONG_MS,
  logsFlushIntervalMs: LONG_MS,
  logsBatchSize: 100,
  metricsExportIntervalMs: LONG_MS,
  fetchInstrumentationEnabled: false,
}

async function worker(otel: OtelConfig): Promise<{ engine: TestEngine; worker: III }> {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const { engineWsUrl: _, ...rest } = otel
  const connected = engine.connect({ otel: { ...patient, ...rest }, enableMetricsReporting: false })
  await engine.advance('1s')
  return { engine, worker: connected }
}

test.each([
  [{ enabled: false }, [false, false, false]],
  [{ metricsEnabled: false }, [true, false, true]],
  [{ logsEnabled: false }, [true, true, false]],
  [{}, [true, true, true]],
] satisfies [OtelConfig, boolean[]][])('with %j the tracer, meter and logger are there: %j', async (otel, there) => {
  const { telemetry } = (await worker(otel)).worker
  expect([telemetry.tracer, telemetry.meter, telemetry.logger].map((part) => part !== null)).toEqual(there)
})

test('the service of all telemetry is what the settings call it', async () => {
  const config: OtelConfig = {
    serviceName: 'till',
    serviceVersion: '2.0.0',
    serviceNamespace: 'shop',
    serviceInstanceId: 'till-1',
    spansFlushIntervalMs: 0,
  }
  const rig = await worker(config)
  rig.worker.telemetry.tracer!.startSpan('s').end()
  await rig.engine.advance('1s')
  expect(rig.engine.spans()[0]?.resource).toMatchObject({
    'service.name': 'till',
    'service.version': '2.0.0',
    'service.namespace': 'shop',
    'service.instance.id': 'till-1',
  })
})

test('an ended span leaves after the interval of spans', async () => {
  const rig = await worker({ spansFlushIntervalMs: 5_000 })
  rig.worker.telemetry.tracer!.startSpan('s').end()
  await rig.engine.advance(4_999)
  expect(rig.engine.spans()).toHaveLength(0)
  await rig.engine.advance(2)
  expect(rig.engine.spans()).toHaveLength(1)
})

test('log records leave after their interval, or as soon as a batch is full', async () => {
  const rig = await worker({ logsFlushIntervalMs: 5_000, logsBatchSize: 3 })
  const emit = (body: string): void => rig.worker.telemetry.logger!.emit({ body })
  emit('1')
  await rig.engine.advance(4_998)
  expect(rig.engine.logs()).toHaveLength(0)
  await rig.engine.advance(3)
  expect(rig.engine.logs()).toHaveLength(1)
  for (const body of ['2', '3', '4', '5']) emit(body)
  await rig.engine.advance(1)
  expect(rig.engine.logs().map(({ body }) => body)).toEqual(['1', '2', '3', '4'])
})

test('metrics leave at their interval, which is real time', async () => {
  const engine = await testEngine({ ports: false })
  const soldBy = async (metricsExportIntervalMs: number): Promise<void> => {
    const otel = { ...patient, metricsExportIntervalMs, serviceName: `every ${String(metricsExportIntervalMs)} ms` }
    const connected = engine.connect({ workerName: otel.serviceName, otel, enableMetricsReporting: false })
    await connected.ready()
    connected.telemetry.meter!.createCounter('sold').add(3)
  }
  await soldBy(LONG_MS)
  await soldBy(20)
  await expect.poll(() => engine.metrics().length).toBeGreaterThan(1)
  for (const { name, value, resource } of engine.metrics()) {
    expect({ name, value, service: resource['service.name'] }).toEqual({
      name: 'sold',
      value: 3,
      service: 'every 20 ms',
    })
  }
})

test('fetch is instrumented only if enabled', async () => {
  const original = globalThis.fetch
  const off = await worker({ fetchInstrumentationEnabled: false })
  expect(globalThis.fetch).toBe(original)
  const on = await worker({ fetchInstrumentationEnabled: true })
  expect(globalThis.fetch).not.toBe(original)
  await Promise.all([off, on].map(({ engine }) => engine.close()))
  expect(globalThis.fetch).toBe(original)
})

test('a shutdown waits for telemetry no longer than its limit', async () => {
  const otel = { ...patient, shutdownTimeoutMs: 700 }
  const rig = await connectedRig({ otel, enableMetricsReporting: false })
  rig.worker.telemetry.meter!.createObservableGauge('stuck').addCallback(() => new Promise(() => undefined))
  let isOver = false
  void rig.worker.shutdown().then(() => (isOver = true))
  await rig.clock.advance(699)
  expect(isOver).toBe(false)
  await rig.clock.advance(1_000)
  expect(isOver).toBe(true)
})

test('frames that wait beyond the capacity are dropped and counted', async () => {
  const sink = await telemetryServer()
  sink.server.close()
  const connection = new SharedEngineConnection(sink.url, {}, { channelCapacity: 2 })
  onTestFinished(() => connection.shutdown())
  const taken: boolean[] = []
  const message: OtelMessage = { prefix: 'OTLP', data: Buffer.from('{}') }
  for (let n = 0; n < 3; n += 1) {
    connection.send(message.prefix, message.data, (error) => taken.push(error === undefined))
  }
  expect(taken).toEqual([true, true, false])
  expect(connection.dropped).toBe(1)

  const rig = workerRig(
    { otel: { ...patient, spansFlushIntervalMs: 0, channelCapacity: 2 }, enableMetricsReporting: false },
    (engine) => (engine.answer = 'unreachable'),
  )
  for (let n = 0; n < 5; n += 1) {
    rig.worker.telemetry.tracer!.startSpan('s').end()
    await rig.clock.advance(1)
  }
  const report = rig.worker.shutdownAsync()
  await rig.clock.advance(60_000)
  expect((await report).droppedTelemetry).toBe(5)
})

/** An engine's telemetry path. */
async function telemetryServer() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  const frames: Buffer[] = []
  let dials = 0
  server.on('connection', (socket) => {
    dials += 1
    socket.on('message', (bytes: Buffer) => frames.push(bytes))
  })
  await once(server, 'listening')
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  const url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  return { server, url, frames, dials: () => dials }
}

test('a message is its prefix and its data, in one frame', async () => {
  const { url, frames } = await telemetryServer()
  const connection = new SharedEngineConnection(url)
  onTestFinished(() => connection.shutdown())
  const message: OtelMessage = { prefix: 'LOGS', data: Buffer.from('{"resourceLogs":[]}') }
  connection.send(message.prefix, message.data)
  await expect.poll(() => frames.map(String)).toEqual(['LOGS{"resourceLogs":[]}'])
})

test('stand-alone telemetry connects to the given engine and redials as configured', async () => {
  const { server, url, dials } = await telemetryServer()
  server.on('connection', (socket) => socket.terminate())
  const reconnectionConfig: Partial<ReconnectionConfig> = { initialDelayMs: 1, maxRetries: 2, jitterFactor: 0 }
  initOtel({ ...patient, engineWsUrl: url, reconnectionConfig })
  onTestFinished(shutdownOtel)
  await expect.poll(dials).toBe(3)
  // eslint-disable-next-line local/real-time -- a dial that must not follow would take this long
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(dials()).toBe(3)
})

test('dials follow first delay, growth, longest delay and number of retries', async () => {
  const reconnectionConfig: ReconnectionConfig = {
    initialDelayMs: 100,
    backoffMultiplier: 3,
    maxDelayMs: 500,
    jitterFactor: 0,
    maxRetries: 4,
    maxPendingMessages: 2,
  }
  const rig = workerRig({ reconnectionConfig }, (engine) => (engine.answer = 'unreachable'))
  const calls = [1, 2, 3].map((n) =>
    rig.worker.trigger({ function_id: 'f', payload: n }).catch((error: unknown) => (error as { code: string }).code),
  )
  expect(await calls[2]).toBe('PENDING_QUEUE_FULL')
  expect(rig.worker.stats().queuedMessages).toBe(2)

  const startedAt = rig.clock.now()
  await rig.clock.advance(10_000)
  expect(rig.engine.dials.map((at) => Math.round(at - startedAt))).toEqual([0, 100, 400, 900, 1_400])
  expect(rig.worker.getConnectionState()).toBe('failed')
  expect(await Promise.all(calls)).toEqual(['RETRIES_EXHAUSTED', 'RETRIES_EXHAUSTED', 'PENDING_QUEUE_FULL'])
})

test('jitter moves each delay by no more than its factor', async () => {
  const reconnectionConfig: Partial<ReconnectionConfig> = {
    initialDelayMs: 1_000,
    backoffMultiplier: 1,
    jitterFactor: 0.5,
    maxRetries: 20,
  }
  const rig = workerRig({ reconnectionConfig }, (engine) => (engine.answer = 'unreachable'))
  await rig.clock.advance(60_000)
  const { dials } = rig.engine
  const waits = dials.slice(1).map((at, index) => at - dials[index]!)
  expect(waits).toHaveLength(20)
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(500)
  expect(Math.max(...waits)).toBeLessThanOrEqual(1_500)
  expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(200)
})

test('gauges carry the id and name of their worker', async () => {
  const { url, frames } = await telemetryServer()
  const connection = new SharedEngineConnection(url)
  const exporter = new EngineMetricsExporter(connection)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: LONG_MS })
  const meters = new MeterProvider({ readers: [reader] })
  const options: WorkerGaugesOptions = { workerId: 'w-1', workerName: 'till' }
  using _handle = registerWorkerGauges(meters.getMeter('own'), options)
  await meters.forceFlush()
  await expect.poll(() => frames.length).toBe(1)
  const { prefix, payload } = telemetryPayload(frames[0]!)
  expect(prefix).toBe('MTRC')
  const text = JSON.stringify(payload)
  expect(text.match(/"worker.id","value":{"stringValue":"w-1"}/g)).toHaveLength(9)
  expect(text.match(/"worker.name","value":{"stringValue":"till"}/g)).toHaveLength(9)
  await meters.shutdown()
  await connection.shutdown()
})

test('a collector measures memory, processor and age of this process', async () => {
  const clock = new VirtualClock()
  const collector = new WorkerMetricsCollector({ clock })
  await clock.advance(90_000)
  // So that the processor has had something to do.
  for (let text = ''; text.length < 100_000;) text += JSON.stringify({ length: text.length })
  const metrics: WorkerMetrics = collector.collect()
  collector.stopMonitoring()
  const { memory_rss, memory_virtual, cpu_percent, uptime_seconds, timestamp_ms, runtime } = metrics
  expect(memory_rss).toBeGreaterThan(1_000_000)
  // Reported on Linux only.
  if (process.platform === 'linux') expect(memory_virtual).toBeGreaterThan(memory_rss!)
  else expect(memory_virtual).toBeUndefined()
  expect(cpu_percent).toBeGreaterThan(0)
  expect(uptime_seconds).toBe(90)
  expect(timestamp_ms).toBe(clock.epochMs())
  expect(runtime).toBe('node')
})
