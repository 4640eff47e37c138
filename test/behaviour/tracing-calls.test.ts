import { expect, test, vi } from 'vitest'
import { createTestEngine } from 'iii-node/testing'
import { currentTraceId, getAllBaggage, setBaggageEntry, withSpan } from 'iii-node/helpers/observability'
import { context } from '@opentelemetry/api'
import type { TestEngine } from '../../src/testing/test-engine.js'
import type { InitOptions } from '../../src/sdk/worker/options/options.js'

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

async function traced(
  options: InitOptions['otel'] = {},
): Promise<{ engine: TestEngine; connect: TestEngine['connect'] }> {
  const engine = await createTestEngine({ ports: false, clock: 'virtual' })
  return {
    engine,
    connect: (more = {}) =>
      engine.connect({ otel: { enabled: true, fetchInstrumentationEnabled: false, ...options }, ...more }),
  }
}

test('a call that crosses three workers is one trace with the right parents', async () => {
  const { engine, connect } = await traced()
  const workers = ['front', 'middle', 'back'].map((workerName) => connect({ workerName }))
  workers[0]!.registerFunction('front', (_input, _meta, { trigger }) =>
    trigger<unknown, unknown>({ function_id: 'middle', payload: { n: 1 } }),
  )
  workers[1]!.registerFunction('middle', async (input, _meta, { trigger }) => {
    await Promise.resolve()
    return trigger<unknown, unknown>({ function_id: 'back', payload: input as unknown })
  })
  workers[2]!.registerFunction('back', ({ n }: { n: number }) => ({ n: n + 1 }))
  await engine.advance('1 s')

  const result = engine.call('front')
  await engine.advance('1 s')

  expect(await result).toEqual({ n: 2 })
  const spans = new Map(engine.spans().map((span) => [span.name, span]))
  expect([...spans.keys()].sort()).toEqual(['execute back', 'execute front', 'execute middle'])
  expect(new Set(engine.spans().map(({ traceId }) => traceId)).size).toBe(1)
  expect(spans.get('execute front')!.parentSpanId).toBeUndefined()
  expect(spans.get('execute middle')!.parentSpanId).toBe(spans.get('execute front')!.spanId)
  expect(spans.get('execute back')!.parentSpanId).toBe(spans.get('execute middle')!.spanId)
  // Set by the engine on the call, copied to the span by the worker.
  expect(spans.get('execute back')!.attributes).toMatchObject({ 'iii.function.id': 'back' })
  await engine.close()
})

test('a span is internal, shows input and output, and belongs to the service', async () => {
  const { engine, connect } = await traced({ serviceName: 'shop', serviceVersion: '3', serviceInstanceId: 'i1' })
  connect().registerFunction('sum', ({ a, b }: { a: number; b: number }) => ({ sum: a + b, token: 'canary' }))
  await engine.advance('1 s')
  const result = engine.call('sum', { a: 1, b: 2, password: 'canary' })
  await engine.advance('1 s')
  await result

  const [span] = engine.spans()
  expect(span).toMatchObject({
    name: 'execute sum',
    kind: 1,
    status: { code: 1 },
    resource: { 'service.name': 'shop', 'service.version': '3', 'service.instance.id': 'i1' },
    events: [
      {
        name: 'iii.invocation.input',
        attributes: { 'iii.payload.json': '{"a":1,"b":2,"password":"[REDACTED]"}', 'iii.payload.truncated': false },
      },
      {
        name: 'iii.invocation.output',
        attributes: {
          'iii.payload.json': '{"sum":3,"token":"[REDACTED]"}',
          'iii.payload.truncated': false,
          'iii.payload.ok': true,
        },
      },
    ],
  })
  await engine.close()
})

test('a handler that fails leaves its error on the span', async () => {
  const { engine, connect } = await traced()
  connect().registerFunction('fails', () => Promise.reject(Object.assign(new Error('no stock'), { code: 'E_STOCK' })))
  await engine.advance('1 s')
  const outcome = engine.call('fails').catch((error: unknown) => error)
  await engine.advance('1 s')
  await outcome

  const [span] = engine.spans()
  expect(span!.status).toMatchObject({ code: 2, message: 'no stock' })
  const exception = span!.events.find(({ name }) => name === 'exception')
  expect(exception!.attributes).toMatchObject({ 'exception.message': 'no stock', 'exception.type': 'E_STOCK' })
  expect(span!.events.at(-2)!.attributes).toMatchObject({
    'iii.payload.json': '{"error":"no stock"}',
    'iii.payload.ok': false,
  })
  await engine.close()
})

test('the caller’s headers are the parent, and baggage is passed on', async () => {
  const { engine, connect } = await traced()
  const worker = connect()
  worker.registerFunction('outer', async (_input, _meta, { trigger }) =>
    context.with(setBaggageEntry('tenant', 'søn, 1'), () =>
      trigger<unknown, unknown>({ function_id: 'inner', payload: {} }),
    ),
  )
  worker.registerFunction('inner', () => getAllBaggage())
  await engine.advance('1 s')
  const result = engine.call('outer')
  await engine.advance('1 s')

  expect(await result).toEqual({ tenant: 'søn, 1', 'iii.function.id': 'inner' })
  const inner = engine.spans().find(({ name }) => name === 'execute inner')
  expect(inner!.attributes).toMatchObject({ tenant: 'søn, 1' })
  await engine.close()
})

test('a trace that was sampled out stays unrecorded, and its id goes on', async () => {
  const { engine, connect } = await traced()
  const worker = connect()
  const ids: unknown[] = []
  worker.registerFunction('start', () =>
    withSpan('own', { traceparent: TRACEPARENT.replace(/01$/, '00') }, () =>
      worker.trigger<unknown, unknown>({ function_id: 'next', payload: {} }),
    ),
  )
  worker.registerFunction('next', () => void ids.push(currentTraceId()))
  await engine.advance('1 s')
  const result = engine.call('start')
  await engine.advance('1 s')
  await result

  expect(ids).toEqual(['0af7651916cd43dd8448eb211c80319c'])
  expect(engine.spans().map(({ name }) => name)).toEqual(['execute start'])
  await engine.close()
})

test('there is no span around a call, only around handling', async () => {
  const { engine, connect } = await traced()
  const worker = connect()
  worker.registerFunction('f', () => 1)
  await engine.advance('1 s')
  const result = worker.trigger({ function_id: 'f', payload: {} })
  await engine.advance('1 s')
  await result
  expect(engine.spans().map(({ name }) => name)).toEqual(['execute f'])
  await engine.close()
})

test('payloads can be left out, or cut', async () => {
  vi.stubEnv('III_DISABLE_TRACE_PAYLOADS', '1')
  const { engine, connect } = await traced()
  connect({ workerName: 'hides' }).registerFunction('hidden', () => 1)
  vi.stubEnv('III_DISABLE_TRACE_PAYLOADS', undefined)
  vi.stubEnv('III_TRACE_PAYLOAD_MAX_BYTES', '30')
  connect({ workerName: 'cuts' }).registerFunction('cut', () => 'x'.repeat(100))
  vi.stubEnv('III_TRACE_PAYLOAD_MAX_BYTES', undefined)
  await engine.advance('1 s')
  const results = Promise.all([engine.call('hidden', { a: 1 }), engine.call('cut', { a: 1 })])
  await engine.advance('1 s')
  await results

  const spans = new Map(engine.spans().map((span) => [span.name, span]))
  expect(spans.get('execute hidden')!.events).toEqual([])
  const output = spans.get('execute cut')!.events[1]!.attributes
  expect(output).toMatchObject({ 'iii.payload.json': '"xxxxxxxxxxxxx..."[TRUNCATED]"', 'iii.payload.truncated': true })
  await engine.close()
})

test('a lazy thenable does its work inside the span', async () => {
  const { engine, connect } = await traced()
  const ids: unknown[] = []
  connect().registerFunction('lazy', () => ({
    then: (done: (value: unknown) => void) => done(ids.push(currentTraceId())),
  }))
  await engine.advance('1 s')
  const result = engine.call('lazy')
  await engine.advance('1 s')
  await result
  expect(ids).toEqual([engine.spans()[0]!.traceId])
  await engine.close()
})
