import { expect, test } from 'vitest'
import { createTestEngine } from 'iii-node/testing'
import { logsOf, metricsOf, spansOf } from '../../src/testing/otlp.js'
import { otlpCollector } from '../kit/otlp-collector.js'

const JSON_PROTOCOL = { otlp: { protocol: 'http/json', headers: { authorization: 'Bearer x' } } }

test('Spans, metrics and log records of workers and of the engine reach the collector, and stay in memory', async () => {
  const collector = await otlpCollector()
  const engine = await createTestEngine({
    builtins: {
      'iii-observability': { exporter: 'both', endpoint: `${collector.url}/base/`, service_namespace: 'eu' },
    },
    local: { 'iii-observability': JSON_PROTOCOL },
  })
  const worker = engine.connect({ workerName: 'shop', otel: { serviceName: 'shop', spansFlushIntervalMs: 0 } })
  worker.registerFunction('shop::sell', (_input: unknown, _metadata, { logger }) => {
    logger.warn('low', { left: 3 })
    return { status_code: 200, body: 'sold' }
  })
  worker.registerTrigger({ type: 'http', function_id: 'shop::sell', config: { api_path: '/sell', http_method: 'GET' } })
  await worker.ready()
  worker.telemetry.meter!.createCounter('shop.sold').add(2)
  expect((await engine.inject({ method: 'GET', path: '/sell' })).status).toBe(200)
  await worker.telemetry.flush()
  await engine.call('engine::log::info', { message: 'by hand' })
  await engine.close()

  const json = (path: string) =>
    collector.requests.filter((it) => it.path === path).map((it) => JSON.parse(it.body.toString('utf8')) as unknown)
  const spans = json('/base/v1/traces').flatMap(spansOf)
  const request = spans.find(({ name }) => name === 'GET /sell')!
  const handler = spans.find(({ name }) => name === 'execute shop::sell')!
  expect(request).toMatchObject({
    kind: 2,
    status: { code: 1 },
    resource: { 'service.name': 'iii', 'service.namespace': 'eu' },
  })
  expect(handler).toMatchObject({
    traceId: request.traceId,
    parentSpanId: request.spanId,
    resource: { 'service.name': 'shop' },
  })
  const logs = json('/base/v1/logs').flatMap(logsOf)
  expect(logs.find(({ body }) => body === 'low')).toMatchObject({
    traceId: request.traceId,
    attributes: { 'log.data': { left: 3 } },
  })
  expect(logs.find(({ body }) => body === 'by hand')).toMatchObject({ resource: { 'service.name': 'iii' } })
  const metrics = json('/base/v1/metrics').flatMap(metricsOf)
  expect(metrics.find(({ name }) => name === 'shop.sold')).toMatchObject({
    value: 2,
    resource: { 'service.name': 'shop' },
  })
  expect(metrics.find(({ name }) => name === 'iii.invocations.total')?.value).toBeGreaterThan(0)
  expect(collector.requests.every(({ headers }) => headers.authorization === 'Bearer x')).toBe(true)
  expect(engine.stats().exported).toEqual({ sent: spans.length + logs.length + metrics.length, dropped: 0, failed: 0 })
})
