import { trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { getLogger, initOtel, patchGlobalFetch, shutdownOtel, withSpan } from 'iii-node/helpers/observability'
import { getMeter, getTracer } from 'iii-node/helpers/observability/internal'
import { createTestEngine } from 'iii-node/testing'

test('shutdownOtel flushes and ends the telemetry of live workers; their functions continue without it', async () => {
  const original = globalThis.fetch
  const engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: true, spansFlushIntervalMs: 60_000 } })
  worker.registerFunction('work', () => withSpan('inside', {}, async (span) => span.isRecording()))
  await worker.ready()
  expect(await engine.call('work')).toBe(true)
  expect(globalThis.fetch).not.toBe(original)
  await shutdownOtel()
  await expect.poll(() => engine.spans().map(({ name }) => name)).toEqual(['inside', 'execute work'])

  expect([getTracer(), getMeter(), getLogger(), globalThis.fetch]).toEqual([null, null, null, original])
  expect(worker.telemetry).toMatchObject({ tracer: null, meter: null, logger: null })
  expect(await engine.call('work')).toBe(false)
  expect(worker.stats().droppedTelemetry).toBe(0)
  initOtel({ engineWsUrl: 'ws://127.0.0.1:1' })
  expect(getTracer()).not.toBeNull()
  await shutdownOtel()
  expect(engine.spans()).toHaveLength(2)
  await engine.close()
})

test('shutdownOtel also ends a patch of fetch that the program made itself', async () => {
  const original = globalThis.fetch
  patchGlobalFetch(trace.getTracer('program'))
  expect(globalThis.fetch).not.toBe(original)
  await shutdownOtel()
  expect(globalThis.fetch).toBe(original)
})
