import { SpanStatusCode } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import {
  EngineSpanExporter,
  SharedEngineConnection,
  setCurrentSpanError,
  withSpan,
} from '../../src/entry/helpers/observability.js'
import { registerWorker } from '../../src/index.js'
import { testEngine } from '../kit/local-rig.js'

const NEVER = { initialDelayMs: 1, maxDelayMs: 1, maxRetries: 1 }
/** A port of this machine at which nothing listens. */
const NOWHERE = 'ws://127.0.0.1:9'

test('sending over a telemetry connection that has failed reports an error and is counted', async () => {
  const connection = new SharedEngineConnection(NOWHERE, NEVER)
  const failed = new Promise<void>((resolve) => void connection.onFailed(resolve))
  const early: unknown[] = []
  connection.send('OTLP', new Uint8Array(1), (error) => early.push(error))
  await failed
  const late: unknown[] = []
  connection.send('OTLP', new Uint8Array(1), (error) => late.push(error))

  expect(early).toEqual([undefined])
  expect(late).toMatchObject([{ code: 'SHUTDOWN' }])
  // What waited when the connection failed was lost with it.
  expect(connection.dropped).toBe(2)
  const results: unknown[] = []
  new EngineSpanExporter(connection).export([], (result) => results.push(result))
  expect(results).toMatchObject([{ code: 1, error: { code: 'SHUTDOWN' } }])
  await connection.shutdown()
})

test('a worker that has failed counts the telemetry it drops', async () => {
  const worker = registerWorker(NOWHERE, {
    reconnectionConfig: NEVER,
    diagnostics: 'silent',
    otel: { metricsEnabled: false, spansFlushIntervalMs: 1 },
  })
  worker.telemetry.tracer?.startSpan('before').end()
  await worker.ready().catch(() => undefined)
  expect(worker.getConnectionState()).toBe('failed')
  expect(worker.stats().droppedTelemetry).toBe(1)
  worker.telemetry.tracer?.startSpan('after').end()
  await worker.telemetry.flush()

  expect(worker.stats().droppedTelemetry).toBe(2)
  await worker.shutdown()
})

test('an error that a handler sets on its span stays when the handler returns', async () => {
  const engine = await testEngine()
  const worker = registerWorker(engine.url, { diagnostics: 'silent', otel: { metricsEnabled: false } })
  worker.registerFunction('marked', async () => {
    setCurrentSpanError('half of it failed')
    await withSpan(
      'inner',
      {},
      async (span) => void span.setStatus({ code: SpanStatusCode.ERROR, message: 'inner failed' }),
    )
    await withSpan('fine', {}, async () => undefined)
  })
  await worker.ready()
  await worker.trigger({ function_id: 'marked', payload: {} })
  await worker.shutdownAsync()
  const statusOf = (name: string): unknown => engine.spans().find((span) => span.name === name)?.status

  expect(statusOf('execute marked')).toMatchObject({ code: 2, message: 'half of it failed' })
  expect(statusOf('inner')).toMatchObject({ code: 2, message: 'inner failed' })
  expect(statusOf('fine')).toMatchObject({ code: 1 })
})
