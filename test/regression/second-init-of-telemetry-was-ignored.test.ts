import { afterEach, expect, test } from 'vitest'
import { initOtel, shutdownOtel, withSpan } from 'iii-node/helpers/observability'
import { telemetryServer } from '../kit/telemetry-server.js'

afterEach(shutdownOtel)

test('a second initOtel flushes the first, closes its socket and uses its own options', async () => {
  const [first, second] = [await telemetryServer(), await telemetryServer()]
  const original = globalThis.fetch
  const calls: string[] = []
  const instrumentation = { enable: () => void calls.push('enable'), disable: () => void calls.push('disable') }
  const options = { spansFlushIntervalMs: 60_000, metricsEnabled: false, instrumentations: [instrumentation] }
  initOtel({ engineWsUrl: first.url, serviceName: 'one', ...options })
  await withSpan('before', {}, async () => undefined)
  expect(() => {
    initOtel({ engineWsUrl: second.url, serviceName: 'wrong', logsBatchSize: 0 })
  }).toThrow('logsBatchSize')
  await withSpan('between', {}, async () => undefined)
  initOtel({ engineWsUrl: second.url, serviceName: 'two', ...options, fetchInstrumentationEnabled: false })
  expect(globalThis.fetch).toBe(original)
  await withSpan('after', {}, async () => undefined)
  await expect.poll(() => [first.frames.length, first.server.clients.size]).toEqual([1, 0])
  // The same instrumentation reports to the second telemetry; the end of the first leaves it on.
  expect(calls).toEqual(['enable', 'enable'])
  await shutdownOtel()
  expect(calls).toEqual(['enable', 'enable', 'disable'])

  const names = /"name":"(before|between|after)"/g
  const sent = [first, second].map(({ frames }) => [...JSON.stringify(frames).matchAll(names)].map(([, name]) => name))
  expect(sent).toEqual([['before', 'between'], ['after']])
  expect(JSON.stringify(second.frames)).toContain('"two"')
})

test('shutdownOtel waits for earlier telemetry, too', async () => {
  const [first, second] = [await telemetryServer(), await telemetryServer()]
  initOtel({ engineWsUrl: first.url, spansFlushIntervalMs: 60_000, metricsEnabled: false })
  await expect.poll(() => first.server.clients.size).toBe(1)
  await withSpan('before', {}, async () => undefined)
  initOtel({ engineWsUrl: second.url })
  await shutdownOtel()
  await expect.poll(() => first.frames.length).toBe(1)
})
