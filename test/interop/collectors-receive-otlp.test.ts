import { execFileSync } from 'node:child_process'
import { expect, inject, test } from 'vitest'
import { createTestEngine } from 'iii-node/testing'
import { otlpTargets, type OtlpProtocol } from '../../src/wire/otlp/otlp-settings.js'
import { startOtlp } from '../../src/wire/otlp/start-otlp.js'
import { systemClock } from '../../src/std/time/clock.js'
import { systemRandom } from '../../src/std/random.js'
import { authority } from '../kit/certificates.js'
import { otlpCollector, type Received } from '../kit/otlp-collector.js'
import { attribute, spanId, telemetryFrame, TRACE } from '../kit/telemetry-frames.js'

type Decoded = Readonly<Record<'OTLP' | 'LOGS' | 'MTRC', readonly Record<string, unknown>[]>>

const PREFIXES: Readonly<Record<string, string>> = { '/v1/traces': 'OTLP', '/v1/metrics': 'MTRC', '/v1/logs': 'LOGS' }

/** What OpenTelemetry's own schema, in another language, makes of requests. An unknown member or a wrong type fails. */
function decoded(requests: readonly Received[]): Decoded {
  const setup = inject('pythonSetup')
  if ('problem' in setup) throw new Error(setup.problem)
  const lines = requests.map(({ path, headers, body }) => {
    const prefix = PREFIXES[path]
    if (headers['content-type'] === 'application/json')
      return { prefix, payload: JSON.parse(body.toString()) as unknown }
    expect(headers['content-type']).toBe('application/x-protobuf')
    return { prefix, protobuf: body.toString('base64') }
  })
  const input = lines.map((line) => JSON.stringify(line)).join('\n')
  const output = execFileSync(setup.python, ['test/interop/python/decode_otlp.py'], { input, timeout: 30_000 })
  return JSON.parse(output.toString()) as Decoded
}

const resource = { attributes: [attribute('service.name', 'shop')] }
const scope = { name: 'lib', version: '2' }
const START = '1795226657124916201'
const END = '1795226657125000007'
const LARGE = '9223372036854775807'

const span = {
  traceId: TRACE,
  spanId: spanId(2),
  parentSpanId: spanId(1),
  traceState: 'k=v',
  name: 'täe 🍵',
  kind: 3,
  startTimeUnixNano: START,
  endTimeUnixNano: END,
  flags: 257,
  status: { code: 2, message: 'sold out' },
  attributes: [
    attribute('text', 'é\ud800'),
    { key: 'int', value: { intValue: -7 } },
    { key: 'large', value: { intValue: LARGE } },
    { key: 'too large', value: { intValue: 2 ** 70 } },
    { key: 'double', value: { doubleValue: 0.5 } },
    { key: 'no', value: { boolValue: false } },
    { key: 'bytes', value: { bytesValue: 'AQID' } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } },
    { key: 'map', value: { kvlistValue: { values: [attribute('k', 'v')] } } },
    { key: 'empty', value: {} },
  ],
  events: [{ name: 'e', timeUnixNano: START, attributes: [attribute('x', 'y')] }],
  links: [{ traceId: TRACE, spanId: spanId(9), attributes: [attribute('l', 'm')] }],
}

const record = {
  timeUnixNano: START,
  observedTimeUnixNano: END,
  severityNumber: 13,
  severityText: 'WARN',
  body: { stringValue: 'low' },
  attributes: [{ key: 'log.data', value: { kvlistValue: { values: [{ key: 'left', value: { intValue: 3 } }] } } }],
  traceId: TRACE,
  spanId: spanId(2),
}

const times = { startTimeUnixNano: START, timeUnixNano: END }
const metrics = [
  { name: 'g', description: 'd', unit: 'By', gauge: { dataPoints: [{ ...times, asDouble: 1.5 }] } },
  {
    name: 's',
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [{ ...times, asInt: '-5', attributes: [attribute('a', 'b')] }],
    },
  },
  {
    name: 'h',
    histogram: {
      aggregationTemporality: 1,
      dataPoints: [{ ...times, count: 3, sum: 0, min: 0, max: 9, bucketCounts: [1, '2'], explicitBounds: [5.5] }],
    },
  },
  {
    name: 'e',
    exponentialHistogram: {
      aggregationTemporality: 2,
      dataPoints: [
        {
          ...times,
          count: 2,
          sum: 4,
          scale: -3,
          zeroCount: 1,
          positive: { offset: -2, bucketCounts: [0, '300'] },
          zeroThreshold: 0.1,
        },
      ],
    },
  },
  {
    name: 'q',
    summary: { dataPoints: [{ ...times, count: '4', sum: 8, quantileValues: [{ quantile: 0.5, value: 2 }] }] },
  },
]

const point = { startTimeUnixNano: START, timeUnixNano: END }

function expectAll({ OTLP, LOGS, MTRC }: Decoded): void {
  expect(OTLP).toEqual([
    {
      ...{ name: span.name, traceId: TRACE, spanId: spanId(2), parentSpanId: spanId(1), traceState: 'k=v', flags: 257 },
      ...{ kind: 3, start: START, end: END, status: 2, message: 'sold out', scope: ['lib', '2'], eventTimes: [START] },
      attributes: {
        text: ['string_value', 'é\ufffd'],
        int: ['int_value', -7],
        // JSON in this test has fewer digits than the number of 64 bits.
        large: ['int_value', Number(LARGE)],
        'too large': ['double_value', 2 ** 70],
        double: ['double_value', 0.5],
        no: ['bool_value', false],
        bytes: ['bytes_value', 'AQID'],
        list: ['array_value', [['string_value', 'a'], ['int_value', 1]]], // prettier-ignore
        map: ['kvlist_value', { k: ['string_value', 'v'] }],
        empty: [null, null],
      },
      events: [['e', { x: ['string_value', 'y'] }]],
      links: [[TRACE, spanId(9), { l: ['string_value', 'm'] }]],
      resource: { 'service.name': ['string_value', 'shop'] },
    },
  ])
  expect(LOGS).toEqual([
    {
      ...{ body: ['string_value', 'low'], severity: 13, severityText: 'WARN', traceId: TRACE, spanId: spanId(2) },
      ...{ time: START, observed: END, resource: { 'service.name': ['string_value', 'shop'] } },
      attributes: { 'log.data': ['kvlist_value', { left: ['int_value', 3] }] },
    },
  ])
  const series = { description: '', unit: '', points: 1, monotonic: false }
  expect(MTRC).toEqual([
    {
      ...series,
      name: 'g',
      description: 'd',
      unit: 'By',
      kind: 'gauge',
      temporality: 0,
      values: [{ ...point, asDouble: 1.5 }],
    },
    {
      ...{ ...series, name: 's', kind: 'sum', temporality: 2, monotonic: true },
      values: [{ ...point, asInt: '-5', attributes: [attribute('a', 'b')] }],
    },
    {
      ...{ ...series, name: 'h', kind: 'histogram', temporality: 1 },
      values: [{ ...point, count: '3', sum: 0, min: 0, max: 9, bucketCounts: ['1', '2'], explicitBounds: [5.5] }],
    },
    {
      ...{ ...series, name: 'e', kind: 'exponential_histogram', temporality: 2 },
      values: [
        {
          ...{ ...point, count: '2', sum: 4, scale: -3, zeroCount: '1', zeroThreshold: 0.1 },
          positive: { offset: -2, bucketCounts: ['0', '300'] },
        },
      ],
    },
    {
      ...{ ...series, name: 'q', kind: 'summary', temporality: 0 },
      values: [{ ...point, count: '4', sum: 8, quantileValues: [{ quantile: 0.5, value: 2 }] }],
    },
  ])
}

const PROTOCOLS: readonly OtlpProtocol[] = ['http/json', 'http/protobuf']

test.each(PROTOCOLS)('every member of spans, metrics and log records reaches a collector over %s', async (protocol) => {
  const root = await authority()
  const { ca } = root
  const collector = await otlpCollector({ tls: await root.issue(['127.0.0.1']) })
  const targets = otlpTargets({ endpoint: collector.url, protocol, tls: { ca } }, {}, 'options')
  const reports: unknown[] = []
  const ports = { clock: systemClock, random: systemRandom, report: (report: unknown) => reports.push(report) }
  const sending = startOtlp(ports, targets)
  sending.send(telemetryFrame('OTLP', { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] }), 1)
  sending.send(
    telemetryFrame('LOGS', { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] }),
    1,
  )
  sending.send(telemetryFrame('MTRC', { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] }), 5)
  await sending.close(5_000)
  expect(reports).toEqual([])
  expect(sending.counts()).toMatchObject({ sent: 7, dropped: 0, failed: 0 })
  expectAll(decoded(collector.requests))
})

test.each(PROTOCOLS)('the telemetry of an engine and its worker is valid OTLP over %s', async (protocol) => {
  const collector = await otlpCollector()
  const engine = await createTestEngine({
    builtins: { 'iii-observability': { exporter: 'otlp', endpoint: collector.url } },
    local: { 'iii-observability': { otlp: { protocol } } },
  })
  const worker = engine.connect({ workerName: 'shop', otel: { serviceName: 'shop' } })
  worker.registerFunction('shop::sell', (_input: unknown, _metadata, { logger }) => {
    logger.info('sold', { sku: 'tea' })
    return { status_code: 200, body: 'sold' }
  })
  worker.registerTrigger({ type: 'http', function_id: 'shop::sell', config: { api_path: '/sell', http_method: 'GET' } })
  await worker.ready()
  worker.telemetry.meter!.createHistogram('took').record(12.5)
  await engine.inject({ path: '/sell' })
  await worker.telemetry.flush()
  await expect(engine.call('engine::traces::list', {})).rejects.toMatchObject({ code: 'memory_exporter_not_enabled' })
  await engine.close()
  const { OTLP, LOGS, MTRC } = decoded(collector.requests)
  const handler = OTLP.find(({ name }) => name === 'execute shop::sell')
  expect(OTLP.find(({ name }) => name === 'GET /sell')).toMatchObject({ kind: 2, spanId: handler!['parentSpanId'] })
  expect(LOGS.find(({ body }) => JSON.stringify(body) === '["string_value","sold"]')).toMatchObject({
    spanId: handler!['spanId'],
  })
  expect(MTRC.map(({ name }) => name)).toEqual(expect.arrayContaining(['took', 'iii.invocations.total']))
})
