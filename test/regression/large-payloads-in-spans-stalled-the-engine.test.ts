/** Spans showed payloads of any length; with results of 200 KB the distributed engine stalled for seconds. */
import { expect, test, vi } from 'vitest'
import { createTestEngine } from 'iii-node/testing'

const LARGE = 'é'.repeat(100_000)

/** Bytes of the longest payload that the spans of one large call show. */
async function shownBytes(tracePayloadMaxBytes?: number): Promise<number> {
  await using engine = await createTestEngine({ ports: false, clock: 'virtual' })
  const otel = { enabled: true, fetchInstrumentationEnabled: false, tracePayloadMaxBytes }
  engine.connect({ otel }).registerFunction('large', (text: string) => [text])
  await engine.advance('1 s')
  const result = engine.call('large', LARGE)
  await engine.advance('1 s')
  expect(await result).toEqual([LARGE])
  const events = engine.spans().flatMap((span) => span.events)
  expect(events).toHaveLength(2)
  return Math.max(...events.map(({ attributes }) => Buffer.byteLength(String(attributes['iii.payload.json']))))
}

test('a span shows 8 KiB of a payload by default', async () => {
  const bytes = await shownBytes()
  expect(bytes).toBeLessThanOrEqual(8 * 1024)
  expect(bytes).toBeGreaterThan(8 * 1024 - 4)
})

test('the option and the variable raise the limit, or remove it', async () => {
  expect(await shownBytes(100_000)).toBeGreaterThan(100_000 - 4)
  expect(await shownBytes(Infinity)).toBe(200_004)
  vi.stubEnv('III_TRACE_PAYLOAD_MAX_BYTES', '50000')
  expect(await shownBytes()).toBeGreaterThan(50_000 - 4)
  expect(await shownBytes(100)).toBeLessThanOrEqual(100)
  vi.stubEnv('III_TRACE_PAYLOAD_MAX_BYTES', 'unlimited')
  expect(await shownBytes()).toBe(200_004)
})
