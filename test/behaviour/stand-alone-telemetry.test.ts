import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, expect, test, vi } from 'vitest'
import { registerWorker } from 'iii-node'
import {
  captureOtelContext,
  currentSpanId,
  currentSpanIsRecording,
  currentTraceId,
  EngineSpanExporter,
  extractContext,
  flushOtel,
  getAllBaggage,
  getBaggageEntry,
  getLogger,
  initOtel,
  injectBaggage,
  injectTraceparent,
  Logger,
  recordSpanEvent,
  removeBaggageEntry,
  setBaggageEntry,
  setCurrentSpanAttribute,
  setCurrentSpanError,
  SharedEngineConnection,
  shutdownOtel,
  withSpan,
} from 'iii-node/helpers/observability'
import { getMeter, getTracer } from 'iii-node/helpers/observability/internal'
import { otelUrl } from '../../src/sdk/telemetry/export/shared-engine-connection.js'
import { telemetryServer } from '../kit/telemetry-server.js'

afterEach(shutdownOtel)

test('initOtel returns a tracer, a meter and a logger; shutdown sends everything over /otel and unregisters them', async () => {
  const { frames, requests, url } = await telemetryServer()
  const original = globalThis.fetch
  initOtel({ engineWsUrl: url, serviceName: 'script' })
  expect([getTracer(), getMeter(), getLogger()]).not.toContain(null)
  expect(globalThis.fetch).not.toBe(original)
  await withSpan('job', {}, async () => {
    new Logger().info('line', { n: 1 })
  })
  getMeter()!.createCounter('jobs').add(2)
  await shutdownOtel()

  expect([getTracer(), getMeter(), getLogger()]).toEqual([null, null, null])
  expect(globalThis.fetch).toBe(original)
  expect(requests.map(({ url: path }) => path)).toEqual(['/otel'])
  expect(frames.map(({ prefix }) => prefix).sort()).toEqual(['LOGS', 'MTRC', 'OTLP'])
  expect(JSON.stringify(frames)).toContain('"script"')
})

test('flushOtel sends what has ended and keeps going', async () => {
  const { frames, url } = await telemetryServer()
  initOtel({ engineWsUrl: url, spansFlushIntervalMs: 60_000, metricsEnabled: false, logsEnabled: false })
  expect([getMeter(), getLogger()]).toEqual([null, null])
  await withSpan('one', {}, async () => undefined)
  await flushOtel()
  await expect.poll(() => frames.length).toBe(1)
  expect(getTracer()).not.toBeNull()
})

test('when telemetry is disabled nothing starts and every helper still works', async () => {
  initOtel({ enabled: false })
  expect([getTracer(), getMeter(), getLogger()]).toEqual([null, null, null])
  expect(await withSpan('none', {}, async (span) => span.isRecording())).toBe(false)
  await flushOtel()
})

test('an unreachable engine does not delay the program', async () => {
  initOtel({ engineWsUrl: 'ws://127.0.0.1:1' })
  await withSpan('lost', {}, async () => undefined)
  const startedAt = performance.now()
  await shutdownOtel()
  expect(performance.now() - startedAt).toBeLessThan(2_500)
})

test('helpers read and change the running span and baggage', async () => {
  const { frames, url } = await telemetryServer()
  initOtel({ engineWsUrl: url })
  expect([currentTraceId(), currentSpanId(), injectTraceparent(), injectBaggage()]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  let later: (() => string | undefined) | undefined
  const failure = withSpan('work', { traceparent: parent }, async (span) => {
    expect(currentTraceId()).toBe('0af7651916cd43dd8448eb211c80319c')
    expect(currentSpanId()).toBe(span.spanContext().spanId)
    expect(injectTraceparent()).toBe(`00-${currentTraceId()!}-${currentSpanId()!}-01`)
    expect(currentSpanIsRecording()).toBe(true)
    setCurrentSpanAttribute('n', 1)
    recordSpanEvent('step', { of: 'two' })
    setCurrentSpanError('half way')
    const captured = captureOtelContext()
    later = () => captured.attach(currentTraceId)
    await Promise.resolve()
    throw new Error('stop')
  })
  await expect(failure).rejects.toThrow('stop')
  expect(currentTraceId()).toBeUndefined()
  expect(later!()).toBe('0af7651916cd43dd8448eb211c80319c')

  const withTwo = context.with(setBaggageEntry('a', '1'), () => setBaggageEntry('b', 'ü'))
  context.with(withTwo, () => {
    expect(getAllBaggage()).toEqual({ a: '1', b: 'ü' })
    expect(injectBaggage()).toBe('a=1,b=%C3%BC')
    expect(context.with(removeBaggageEntry('a'), getAllBaggage)).toEqual({ b: 'ü' })
    expect(getBaggageEntry('a')).toBe('1')
  })
  expect(getBaggageEntry('a')).toBeUndefined()
  expect(context.with(extractContext(undefined, 'x=y'), getAllBaggage)).toEqual({ x: 'y' })
  expect(context.with(extractContext('garbage', ','), currentTraceId)).toBeUndefined()
  await shutdownOtel()
  const span = JSON.stringify(frames.find(({ prefix }) => prefix === 'OTLP'))
  for (const part of ['"parentSpanId":"b7ad6b7169203331"', '"step"', '"stop"', '"key":"n"'])
    expect(span).toContain(part)
})

test('an exporter over a shared connection serves a program’s own provider, and never leaves forceFlush waiting', async () => {
  const { frames, requests, url, server } = await telemetryServer()
  const connection = new SharedEngineConnection(
    `${url}/otel`,
    { initialDelayMs: 1 },
    { headers: { 'x-token': 't' }, channelCapacity: 5 },
  )
  const states: string[] = []
  connection.onConnected(() => states.push('connected'))
  const exporter = new EngineSpanExporter(connection)
  const kept = new InMemorySpanExporter()
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter }), new SimpleSpanProcessor({ exporter: kept })],
  })
  provider.getTracer('own').startSpan('before it is up', {}, ROOT_CONTEXT).end()
  await expect.poll(() => frames.length).toBe(1)
  expect(states).toEqual(['connected'])
  expect(connection.getState()).toBe('connected')
  expect(requests[0]!.headers).toMatchObject({ 'x-token': 't' })

  for (const client of server.clients) client.terminate()
  await expect.poll(() => states.length).toBe(2)
  provider.getTracer('own').startSpan('after it came back', {}, ROOT_CONTEXT).end()
  await provider.forceFlush()
  await expect.poll(() => frames.length).toBe(2)

  connection.beginShutdown()
  expect(connection.isShuttingDown()).toBe(true)
  await connection.shutdown()
  const outcome = await new Promise((resolve) => exporter.export(kept.getFinishedSpans(), resolve))
  expect(outcome).toMatchObject({ code: 1, error: { code: 'SHUTDOWN' } })
  await provider.forceFlush()
  expect(frames).toHaveLength(2)
})

test('a connection that stops retrying reports it, and later exports fail at once', async () => {
  const connection = new SharedEngineConnection('ws://127.0.0.1:1', { maxRetries: 0 })
  await new Promise<void>((resolve) => connection.onFailed(resolve))
  expect(connection.getState()).toBe('failed')
  await connection.shutdown()
  const error = await new Promise<Error | undefined>((resolve) => {
    connection.send('OTLP', new Uint8Array([1]), resolve)
  })
  expect(error).toMatchObject({ code: 'SHUTDOWN' })
})

test.each([
  ['ws://h:1', 'ws://h:1/otel'],
  ['ws://h:1/', 'ws://h:1/otel'],
  ['ws://h:1/otel', 'ws://h:1/otel'],
  ['ws://h:1/otel/', 'ws://h:1/otel/'],
  ['wss://h/base/?token=1', 'wss://h/base/otel?token=1'],
])('the telemetry path of %s is %s', (address, url) => {
  expect(otelUrl(address)).toBe(url)
})

test.each([
  ['initOtel', () => initOtel({ engineWsUrl: 'ws://user:canary@host:99999999/?token=canary' })],
  ['initOtel', () => initOtel({ engineWsUrl: 'canary' })],
  ['SharedEngineConnection', () => new SharedEngineConnection('http//canary')],
  ['SharedEngineConnection', () => new SharedEngineConnection('ws://127.0.0.1:1', { jitterFactor: 2 })],
  ['SharedEngineConnection', () => new SharedEngineConnection('ws://127.0.0.1:1', {}, { channelCapacity: 0 })],
])('%s refuses what it cannot work with, and shows no password', (_name, attempt) => {
  expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  expect(attempt).not.toThrow(/user:canary|token=canary/)
  expect(getTracer()).toBeNull()
})

test('initOtel rejects an invalid III_URL; a worker with an address ignores it', async () => {
  vi.stubEnv('III_URL', 'nowhere')
  expect(() => {
    initOtel()
  }).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  const worker = registerWorker('ws://127.0.0.1:1', { autoConnect: false, diagnostics: 'silent' })
  expect(worker.telemetry.tracer).not.toBeNull()
  await worker.shutdown()
})
