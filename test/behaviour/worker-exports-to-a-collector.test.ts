import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { context } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { initOtel, shutdownOtel, withSpan } from 'iii-node/helpers/observability'
import { createTestEngine } from 'iii-node/testing'
import { registerWorker } from 'iii-node'
import { logsOf, metricsOf, spansOf } from '../../src/testing/otlp.js'
import { accept, otlpCollector, type Collector } from '../kit/otlp-collector.js'

const json = ({ requests }: Collector, path: string) =>
  requests.filter((it) => it.path === path).map((it) => JSON.parse(it.body.toString('utf8')) as unknown)

/** For each request of `node:http`, whether its context forbids spans. */
function suppressedRequests(): boolean[] {
  const seen: boolean[] = []
  const note = (): void => void seen.push(isTracingSuppressed(context.active()))
  subscribe('http.client.request.start', note)
  onTestFinished(() => void unsubscribe('http.client.request.start', note))
  return seen
}

test('a worker sends spans, metrics and log records to a collector, and none to the engine', async () => {
  const collector = await otlpCollector()
  const engine = await createTestEngine()
  onTestFinished(() => engine.close())
  const otlp = { endpoint: collector.url, protocol: 'http/json', headers: { authorization: 'Bearer x' } } as const
  const worker = registerWorker(engine.url, { otel: { serviceName: 'shop', exporter: 'otlp', liveSpans: true, otlp } })
  onTestFinished(() => worker.shutdown())
  worker.registerFunction('sell', async (_input: unknown, _metadata, { logger }) => {
    logger.info('sold')
    await fetch(`${collector.url}/elsewhere`, { method: 'POST' })
  })
  await worker.ready()
  worker.telemetry.meter!.createCounter('sold').add(2)
  await worker.trigger({ function_id: 'sell', payload: {} })
  const suppressed = suppressedRequests()
  await worker.telemetry.flush()
  const spans = json(collector, '/v1/traces').flatMap(spansOf)
  // One span for the request of the handler, and none for those of the exporter, also when they are sent again.
  expect(spans.map(({ name }) => name).sort()).toEqual(['POST /elsewhere', 'execute sell'])
  expect(json(collector, '/v1/logs').flatMap(logsOf)).toMatchObject([
    { body: 'sold', resource: { 'service.name': 'shop' } },
  ])
  expect(json(collector, '/v1/metrics').flatMap(metricsOf)).toContainEqual(
    expect.objectContaining({ name: 'sold', value: 2 }),
  )
  expect(
    collector.requests
      .filter(({ path }) => path.startsWith('/v1'))
      .every(({ headers }) => headers.authorization === 'Bearer x' && headers['traceparent'] === undefined),
  ).toBe(true)
  // Instrumentations of `node:http` look at this.
  expect(suppressed).toEqual([true, true, true])
  const { droppedTelemetry } = await worker.shutdownAsync()
  expect(droppedTelemetry).toBe(0)
  expect(engine.spans()).toEqual([])
})

test('a collector that hangs does not hold up calls, and shutdown ends at its limit with the loss counted', async () => {
  const collector = await otlpCollector()
  collector.respond = () => undefined
  const engine = await createTestEngine()
  onTestFinished(() => engine.close())
  const worker = registerWorker(engine.url, {
    otel: { exporter: 'otlp', otlp: { endpoint: collector.url }, metricsEnabled: false, shutdownTimeoutMs: 50 },
  })
  worker.registerFunction('sell', () => 'sold')
  await worker.ready()
  await worker.trigger({ function_id: 'sell', payload: {} })
  void worker.telemetry.flush()
  await collector.received(({ length }) => length === 1)
  expect(await worker.trigger({ function_id: 'sell', payload: {} })).toBe('sold')
  expect(await worker.shutdownAsync()).toMatchObject({ droppedTelemetry: 2 })
})

test('the program is warned once when a collector refuses a signal', async () => {
  const collector = await otlpCollector()
  collector.respond = (request, response) => {
    if (request.path === '/v1/traces') response.writeHead(401).end()
    else accept(request, response)
  }
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${collector.url}/v1/traces`)
  initOtel({ exporter: 'otlp', serviceName: 'nightly', metricsEnabled: false, logsEnabled: false })
  for (let each = 0; each < 2; each += 1) await withSpan('import', {}, () => Promise.resolve())
  await shutdownOtel()
  expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
    expect.stringContaining(`The OTLP collector ${collector.url}/v1/traces does not accept spans (HTTP 401).`),
  ])
})
