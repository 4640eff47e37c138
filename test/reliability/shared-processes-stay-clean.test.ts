import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { context as ourContext, type ContextAPI, type TraceAPI } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { expect, onTestFinished, test, vi } from 'vitest'
import { installSignalHandlers } from 'iii-node'
import * as observability from 'iii-node/helpers/observability'
import * as internals from 'iii-node/helpers/observability/internal'
import { createTestEngine } from 'iii-node/testing'

const CALLS = process.env['TIER'] === 'nightly' ? 1_000_000 : 20_000
const RETAINED_BYTES = 2 * 1024 * 1024

/** Warnings of the process, such as those of too many listeners. They are emitted in a later turn. */
function watchWarnings(): () => Promise<string[]> {
  const seen: string[] = []
  const note = ({ message }: Error): void => void seen.push(message)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  return async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return seen
  }
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

test(`${String(CALLS)} calls of handlers and as many of a worker leave nothing on a long-lived signal`, async () => {
  const warnings = watchWarnings()
  const { signal } = new AbortController()
  const engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: false } })
  worker.registerFunction('inner', () => 1)
  worker.registerFunction('outer', (_input, _meta, { trigger }) =>
    trigger({ function_id: 'inner', payload: {}, signal }),
  )
  await worker.ready()
  const round = (count: number) =>
    Promise.all(Array.from({ length: count }, () => worker.trigger({ function_id: 'outer', payload: {}, signal })))
  // The recorded frames of a test engine and the compiled code reach their size first.
  for (let done = 0; done < 5_000; done += 100) await round(100)
  const before = heapBytes()
  for (let done = 0; done < CALLS; done += 100) await round(100)
  const retained = heapBytes() - before
  if (process.env['SHOW_FIGURES'] !== undefined) process.stdout.write(`retained: ${String(retained)} B\n`)
  expect(retained).toBeLessThan(RETAINED_BYTES)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(await warnings()).toEqual([])
  await worker.shutdown()
  await engine.close()
}, 600_000)

test('100 workers with telemetry share one listener for each signal and one patch of fetch', async () => {
  const warnings = watchWarnings()
  const original = globalThis.fetch
  const listeners = () => ['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal))
  const before = listeners()
  const engine = await createTestEngine({ ports: false })
  const workers = Array.from({ length: 100 }, () => engine.connect({ otel: { enabled: true } }))
  const disposals = workers.map((worker) => installSignalHandlers(worker))
  const patched = globalThis.fetch
  await Promise.all(workers.map((worker) => worker.ready()))
  expect(listeners()).toEqual(before.map((count) => count + 1))
  expect(patched).not.toBe(original)
  process.emit('SIGTERM', 'SIGTERM')
  await vi.waitFor(() => {
    expect(workers.map((worker) => worker.getConnectionState())).toEqual(workers.map(() => 'disconnected'))
    expect(listeners()).toEqual(before)
    expect(globalThis.fetch).toBe(original)
  }, 5_000)
  for (const dispose of disposals) dispose()
  expect(internals.getTracer()).toBeNull()
  expect(await warnings()).toEqual([])
  await engine.close()
})

test('another copy of the package sees the telemetry of a handler, and ends it', async () => {
  vi.resetModules()
  const copy = await import('iii-node/helpers/observability')
  const copyInternals = await import('iii-node/helpers/observability/internal')
  expect(copy.getLogger).not.toBe(observability.getLogger)
  const original = globalThis.fetch
  const engine = await createTestEngine({ ports: false })
  const [first, second] = ['first', 'second'].map((workerName) => engine.connect({ workerName, otel: {} }))
  second!.registerFunction('f', async () => {
    expect(copyInternals.getTracer()).toBe(second!.telemetry.tracer)
    expect(copy.currentTraceId()).toBe(observability.currentTraceId())
    new copy.Logger().info('of the copy')
    return copy.withSpan('inside', {}, async () => copy.currentTraceId())
  })
  await second!.ready()
  const traceId = await engine.call('f')
  const patched = globalThis.fetch
  copy.initOtel({ engineWsUrl: 'ws://127.0.0.1:1' })
  expect(globalThis.fetch).toBe(patched)
  expect(internals.getTracer()).toBe(copyInternals.getTracer())
  await copy.shutdownOtel()
  expect([internals.getTracer(), observability.getLogger(), globalThis.fetch]).toEqual([null, null, original])
  expect([first!.telemetry.tracer, second!.telemetry.tracer]).toEqual([null, null])
  await engine.close()

  const spans = engine.spans().filter((span) => span.traceId === traceId)
  expect(spans.map(({ name, resource }) => [name, resource['service.name']])).toEqual([
    ['inside', 'second'],
    ['execute f', 'second'],
  ])
  expect(engine.logs()).toMatchObject([{ body: 'of the copy', traceId, resource: { 'service.name': 'second' } }])
})

/** All copies of `@opentelemetry/api` 1.x keep here what was registered. */
const OTEL_GLOBAL = Symbol.for('opentelemetry.js.api.1')
const holder = globalThis as Record<symbol, unknown>

interface OtelApi {
  readonly context: ContextAPI
  readonly trace: TraceAPI
}

/**
 * Calls through two workers after a program has set OpenTelemetry up. The callee's handler also asks for the running
 * span as the program would, with its own version of the API.
 */
async function callsAfterSetUp(setUp: () => Promise<OtelApi>) {
  const kept = holder[OTEL_GLOBAL]
  onTestFinished(() => {
    holder[OTEL_GLOBAL] = kept
    // How this package's copy of the API was made to join the set-up.
    Reflect.deleteProperty(ourContext, '_getContextManager')
    vi.resetModules()
  })
  holder[OTEL_GLOBAL] = undefined
  vi.resetModules()
  const { trace } = await setUp()
  const testing = await import('iii-node/testing')
  const engine = await testing.createTestEngine({ ports: false })
  const [caller, callee] = ['caller', 'callee'].map((workerName) => engine.connect({ workerName, otel: {} }))
  caller!.registerFunction('outer', (_input, _meta, { trigger }) => trigger({ function_id: 'inner', payload: {} }))
  callee!.registerFunction('inner', async (_input, _meta, { traceparent }) => {
    await new Promise((resolve) => setImmediate(resolve))
    return { traceparent, activeTraceId: trace.getActiveSpan()?.spanContext().traceId }
  })
  await Promise.all([caller!.ready(), callee!.ready()])
  const seen = (await engine.call('outer')) as { readonly traceparent?: string; readonly activeTraceId?: string }
  await Promise.all([caller!.shutdown(), callee!.shutdown()])
  await engine.close()
  return { ...seen, traceIds: [...new Set(engine.spans().map(({ traceId }) => traceId))] }
}

/** A program's set-up: a tracer, and mostly a context manager. */
function setUpOf(name: string, withManager: boolean) {
  return async () => {
    const api = (await import(name)) as OtelApi
    api.trace.disable()
    expect(api.trace.setGlobalTracerProvider(new BasicTracerProvider())).toBe(true)
    if (withManager)
      expect(api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())).toBe(true)
    return api
  }
}

test.each(
  ['otel-api-1.4', 'otel-api-1.8', '@opentelemetry/api'].flatMap((name) => [
    [name, 'with a context manager', setUpOf(name, true)] as const,
    [name, 'without a context manager', setUpOf(name, false)] as const,
  ]),
)('a set-up of the program with %s %s is joined', async (_name, _what, setUp) => {
  const warnings = watchWarnings()
  const { traceparent, activeTraceId, traceIds } = await callsAfterSetUp(setUp)
  expect(traceIds).toHaveLength(1)
  expect([traceparent?.split('-')[1], activeTraceId]).toEqual([traceIds[0], traceIds[0]])
  expect(await warnings()).toEqual([])
})

test('a set-up with a later version of the API, with a tracer alone, is joined', async () => {
  const warnings = watchWarnings()
  const { traceparent, activeTraceId, traceIds } = await callsAfterSetUp(async () => {
    holder[OTEL_GLOBAL] = { version: '1.10.0', trace: new BasicTracerProvider() }
    return import('@opentelemetry/api')
  })
  expect([traceparent?.split('-')[1], activeTraceId]).toEqual([traceIds[0], traceIds[0]])
  expect(await warnings()).toEqual([])
})

test('a context manager that keeps no contexts is reported once at start', async () => {
  const warnings = watchWarnings()
  const { traceparent } = await callsAfterSetUp(async () => {
    const api = (await import('otel-api-1.4')) as unknown as OtelApi
    const manager = new AsyncLocalStorageContextManager()
    manager.with = (_context, fn, thisArg, ...args) => fn.call(thisArg as never, ...args)
    api.context.setGlobalContextManager(manager)
    return api
  })
  expect(traceparent).toBeUndefined()
  expect(await warnings()).toEqual([expect.stringMatching('@opentelemetry/api 1.4.1 does not preserve contexts')])
})
