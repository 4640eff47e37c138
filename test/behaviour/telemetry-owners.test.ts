import { context, createContextKey, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Logger } from 'iii-node'
import { initOtel, shutdownOtel, withSpan } from 'iii-node/helpers/observability'
import { getMeter, getTracer } from 'iii-node/helpers/observability/internal'
import { createTestEngine } from 'iii-node/testing'

const otel = (serviceName: string) => ({ enabled: true, serviceName, fetchInstrumentationEnabled: false })

/** A program's own OpenTelemetry, set up before ours as its documentation says. */
function ownOtel() {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  trace.setGlobalTracerProvider(provider)
  return { exporter, tracer: trace.getTracer('own') }
}

function forgetGlobals(): void {
  for (const api of [trace, context, propagation, metrics, logs]) api.disable()
}

beforeEach(forgetGlobals)
afterEach(forgetGlobals)

test('two workers and a program’s own OpenTelemetry live side by side, each with its own spans', async () => {
  const { exporter, tracer } = ownOtel()
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const one = engine.connect({ workerName: 'one', otel: otel('one') })
  const two = engine.connect({ workerName: 'two', otel: otel('two') })
  one.registerFunction('one::f', async (_input, _meta, { trigger }) => {
    tracer.startSpan('own in one').end()
    await withSpan('helper in one', {}, async () => {
      new Logger().info('line of one')
      await trigger({ function_id: 'two::f', payload: {} })
    })
  })
  two.registerFunction('two::f', async () => {
    tracer.startSpan('own in two').end()
    await Promise.resolve()
    await withSpan('helper in two', {}, async () => new Logger().info('line of two'))
  })
  await engine.advance('1 s')
  const calls = Promise.all(Array.from({ length: 50 }, () => engine.call('one::f')))
  await engine.advance('1 s')
  await calls

  const owners = new Set(engine.spans().map(({ name, resource }) => `${String(resource['service.name'])}: ${name}`))
  expect([...owners].sort()).toEqual([
    'one: execute one::f',
    'one: helper in one',
    'two: execute two::f',
    'two: helper in two',
  ])
  expect(engine.spans()).toHaveLength(200)
  const lines = new Set(
    engine.logs().map(({ body, resource }) => `${String(resource['service.name'])}: ${String(body)}`),
  )
  expect([...lines].sort()).toEqual(['one: line of one', 'two: line of two'])
  const own = exporter.getFinishedSpans()
  expect(new Set(own.map(({ name }) => name))).toEqual(new Set(['own in one', 'own in two']))
  // The program's spans join the trace they were made in.
  const traces = new Set(engine.spans().map(({ traceId }) => traceId))
  expect(own.every((span) => traces.has(span.spanContext().traceId))).toBe(true)

  await one.shutdown()
  await engine.advance(10)
  const still = engine.call('two::f')
  await engine.advance('1 s')
  await still
  expect(engine.spans().at(-1)!.resource['service.name']).toBe('two')
})

test('providers registered by the program stay; only a missing context manager and propagator are added', async () => {
  const manager = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(manager)
  const fields = ['x-own']
  propagation.setGlobalPropagator({ inject: () => undefined, extract: (it) => it, fields: () => fields })
  const { exporter } = ownOtel()
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({ otel: otel('w') })
  expect(propagation.fields()).toBe(fields)
  const key = createContextKey('own')
  expect(manager.with(ROOT_CONTEXT.setValue(key, 1), () => context.active().getValue(key))).toBe(1)
  trace.getTracer('x').startSpan('own').end()
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['own'])
  expect(metrics.getMeterProvider().constructor.name).toBe('NoopMeterProvider')
  expect(logs.getLoggerProvider().constructor.name).not.toBe('LoggerProvider')

  // The wire uses W3C headers, whatever propagator the program has.
  worker.registerFunction(
    'f',
    (_input, _meta, { traceparent, trigger }) => traceparent ?? trigger({ function_id: 'f', payload: {} }),
  )
  await engine.advance('1 s')
  const result = engine.call('f')
  await engine.advance('1 s')
  expect(await result).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
})

test('without OpenTelemetry in the program, contexts and W3C headers work, and no provider is registered', async () => {
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  engine.connect({ otel: otel('w') })
  expect([...propagation.fields()].sort()).toEqual(['baggage', 'traceparent', 'tracestate'])
  expect(trace.getTracer('x').startSpan('s').isRecording()).toBe(false)
})

test('code outside handlers uses what initOtel started, else the first live worker', async () => {
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  expect(getTracer()).toBeNull()
  const one = engine.connect({ workerName: 'one', otel: otel('one') })
  const two = engine.connect({ workerName: 'two', otel: otel('two') })
  expect(getTracer()).toBe(one.telemetry.tracer)
  initOtel({
    engineWsUrl: 'ws://127.0.0.1:1',
    reconnectionConfig: { maxRetries: 0 },
    fetchInstrumentationEnabled: false,
  })
  expect(getTracer()).not.toBe(one.telemetry.tracer)
  expect(getMeter()).not.toBeNull()
  await shutdownOtel()
  expect(getTracer()).toBe(one.telemetry.tracer)
  await engine.advance(10)
  void one.shutdown()
  await engine.advance(10)
  await new Promise((resolve) => setImmediate(resolve))
  await engine.advance(10)
  expect(getTracer()).toBe(two.telemetry.tracer)
})
