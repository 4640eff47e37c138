import { expect, test } from 'vitest'
import { logsOf, metricsOf, spansOf } from '../../../src/testing/otlp.js'

const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] }

test('spans are flat, with plain attributes and milliseconds', () => {
  const span = {
    name: 'call orders::create',
    traceId: 't',
    spanId: 's',
    parentSpanId: 'p',
    kind: 3,
    startTimeUnixNano: '1500000000',
    endTimeUnixNano: '2000000000',
    attributes: [
      { key: 'count', value: { intValue: '7' } },
      { key: 'list', value: { arrayValue: { values: [{ boolValue: false }, { doubleValue: 0.5 }] } } },
      { key: 'map', value: { kvlistValue: { values: [{ key: 'a', value: { stringValue: '' } }] } } },
    ],
    events: [{ name: 'input', attributes: [] }],
    status: { code: 2, message: 'boom' },
  }
  expect(spansOf({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })).toEqual([
    {
      name: 'call orders::create',
      traceId: 't',
      spanId: 's',
      parentSpanId: 'p',
      kind: 3,
      startMs: 1500,
      endMs: 2000,
      attributes: { count: 7, list: [false, 0.5], map: { a: '' } },
      events: [{ name: 'input', attributes: {} }],
      status: { code: 2, message: 'boom' },
      resource: { 'service.name': 'orders' },
    },
  ])
})

test('log records keep their body and their trace', () => {
  const record = { body: { stringValue: 'hi' }, severityText: 'INFO', timeUnixNano: 1e9, traceId: 't', attributes: [] }
  expect(logsOf({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] })).toMatchObject([
    { body: 'hi', severity: 'INFO', timeMs: 1000, traceId: 't', spanId: undefined },
  ])
})

test('gauges, sums and histograms become one data point each', () => {
  const metrics = [
    { name: 'memory', unit: 'By', gauge: { dataPoints: [{ asInt: '12' }] } },
    { name: 'calls', sum: { dataPoints: [{ asDouble: 1.5 }, { asDouble: 2 }] } },
    { name: 'time', histogram: { dataPoints: [{ sum: 9, count: '3' }] } },
  ]
  const points = metricsOf({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] })
  expect(points.map(({ name, value, count }) => [name, value, count])).toEqual([
    ['memory', 12, undefined],
    ['calls', 1.5, undefined],
    ['calls', 2, undefined],
    ['time', 9, 3],
  ])
})

test.each([[null], [[]], ['text'], [{ resourceSpans: 'none' }], [{ resourceSpans: [null, { scopeSpans: [{}] }] }]])(
  'a payload like %j has no spans',
  (payload) => {
    expect(spansOf(payload)).toEqual([])
  },
)
