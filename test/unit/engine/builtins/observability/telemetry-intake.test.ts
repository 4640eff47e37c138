import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogRecord } from '../../../../../src/engine/builtins/observability/logs/log-record.js'
import type { MetricRow } from '../../../../../src/engine/builtins/observability/metrics/metric-row.js'
import type { SpanRow } from '../../../../../src/engine/builtins/observability/traces/span-row.js'
import { TelemetryIntake } from '../../../../../src/engine/builtins/observability/telemetry-intake.js'
import { FakeHost } from '../../../../kit/fake-host.js'
import {
  attribute,
  logFrame,
  metricFrame,
  spanFrame,
  spanId,
  telemetryFrame,
  TRACE,
} from '../../../../kit/telemetry-frames.js'

function intake() {
  const host = new FakeHost()
  const spans: SpanRow[] = []
  const logs: LogRecord[] = []
  const metrics: { row: MetricRow; workerId: string | undefined }[] = []
  const frames: { signal: string; items: number }[] = []
  const taking = new TelemetryIntake(host.log, {
    span: (span) => spans.push(span),
    log: (record) => logs.push(record),
    metric: (row, workerId) => metrics.push({ row, workerId }),
    frame: (signal, _frame, items) => frames.push({ signal, items }),
  })
  return { host, taking, spans, logs, metrics, frames }
}

test('a span is read with ids in lower case, times as numbers and attributes as text', () => {
  const { taking, spans } = intake()
  const frame = spanFrame([
    {
      traceId: TRACE.toUpperCase(),
      parentSpanId: spanId(9),
      startTimeUnixNano: '1795226657124916200',
      endTimeUnixNano: 1795226657125000000,
      status: { code: 2, message: 'no' },
      flags: 1,
      traceState: 'k=v',
      attributes: [
        attribute('s', 'text'),
        { key: 'i', value: { intValue: '5' } },
        { key: 'big', value: { intValue: '9223372036854775807' } },
        { key: 'd', value: { doubleValue: 1.5 } },
        { key: 'b', value: { boolValue: true } },
        { key: 'a', value: { arrayValue: { values: [{ stringValue: 'x' }, { intValue: 2 }] } } },
        { key: 'empty', value: {} },
      ],
      events: [{ name: 'e', timeUnixNano: '7', attributes: [attribute('k', 'v')] }],
      links: [{ traceId: TRACE, spanId: spanId(3) }, { traceId: 'bad' }],
    },
  ])
  taking.take(frame, 'w')
  expect(spans).toEqual([
    {
      trace_id: TRACE,
      span_id: spanId(1),
      parent_span_id: spanId(9),
      name: 'work',
      start_time_unix_nano: 1795226657124916200,
      end_time_unix_nano: 1795226657125000000,
      status: 'error',
      status_description: 'no',
      attributes: [
        ['s', 'text'],
        ['i', '5'],
        ['big', '9223372036854775807'],
        ['d', '1.5'],
        ['b', 'true'],
        ['a', '["x",2]'],
        ['empty', 'null'],
      ],
      service_name: 'orders',
      events: [{ name: 'e', timestamp_unix_nano: 7, attributes: [['k', 'v']] }],
      links: [{ trace_id: TRACE, span_id: spanId(3), trace_state: null, attributes: [] }],
      instrumentation_scope_name: 'test',
      instrumentation_scope_version: '1',
      flags: 1,
      trace_state: 'k=v',
    },
  ])
})

test('a span without an end is pending', () => {
  const { taking, spans } = intake()
  taking.take(spanFrame([{ endTimeUnixNano: '0' }]), undefined)
  expect(spans[0]).toMatchObject({ pending: true, end_time_unix_nano: 0 })
})

test('a log record keeps the types of its attributes, and colour codes are removed', () => {
  const { taking, logs } = intake()
  const kvlistValue = { values: [{ key: 'n', value: { intValue: 1 } }] }
  const frame = logFrame([
    {
      timeUnixNano: '5',
      severityNumber: 13,
      severityText: 'WARN',
      body: { stringValue: '\u001b[31mhey\u001b[0m' },
      attributes: [{ key: 'o', value: { kvlistValue } }],
      traceId: TRACE,
      spanId: spanId(1),
    },
    { body: { intValue: 7 } },
    {},
  ])
  taking.take(frame, undefined)
  expect(logs[0]).toEqual({
    timestamp_unix_nano: 5,
    observed_timestamp_unix_nano: 0,
    severity_number: 13,
    severity_text: 'WARN',
    body: 'hey',
    attributes: { o: { n: 1 } },
    trace_id: TRACE,
    span_id: spanId(1),
    resource: { 'service.name': 'orders' },
    service_name: 'orders',
    instrumentation_scope_name: 'test',
    instrumentation_scope_version: '1',
  })
  expect(logs.slice(1).map(({ body }) => body)).toEqual(['7', ''])
  expect(logs[2]).not.toHaveProperty('trace_id')
})

test('gauges, sums and histograms are read, each with its points', () => {
  const { taking, metrics } = intake()
  const point = { timeUnixNano: '9', attributes: [attribute('worker.id', 'w1')] }
  const frame = metricFrame([
    { name: 'g', description: 'd', unit: 'bytes', gauge: { dataPoints: [{ ...point, asInt: '12345' }] } },
    { name: 'c', sum: { dataPoints: [{ ...point, asDouble: 1.5 }], isMonotonic: true } },
    { name: 's', sum: { dataPoints: [{ ...point, asDouble: 'x' }] } },
    {
      name: 'h',
      histogram: { dataPoints: [{ ...point, count: '2', sum: 3, bucketCounts: ['1', 1], explicitBounds: [1] }] },
    },
    { name: 'q', summary: {} },
    { unit: 'nameless', gauge: {} },
  ])
  taking.take(frame, 'w')
  const base = { timestamp_unix_nano: 9, attributes: [['worker.id', 'w1']] }
  expect(metrics.map(({ row: { name, metric_type, data_points } }) => [name, metric_type, data_points])).toEqual([
    ['g', 'gauge', [{ ...base, value: 12345 }]],
    ['c', 'counter', [{ ...base, value: 1.5 }]],
    ['s', 'sum', []],
    ['h', 'histogram', [{ ...base, count: 2, sum: 3, bucket_counts: [1, 1], explicit_bounds: [1] }]],
  ])
  expect(metrics[0]).toMatchObject({ workerId: 'w', row: { description: 'd', unit: 'bytes' } })
  expect(taking.malformedItems).toBe(2)
})

test('a frame that cannot be read is logged, counted and dropped', () => {
  const { host, taking, spans } = intake()
  const frames = ['{not json', '', '[]', '"x"', '{}', '{"resourceSpans":7}']
  for (const text of frames) taking.take(telemetryFrame('OTLP', text), 'w')
  taking.take(Buffer.from('OTLP\xff\xfe', 'latin1'), undefined)
  expect(taking.malformedFrames).toBe(frames.length + 1)
  expect(host.lines.map(({ level }) => level)).toEqual(Array(frames.length + 1).fill('warn'))
  expect(spans).toEqual([])
})

test('spans without valid ids are left out, the rest of their frame is kept', () => {
  const { taking, spans } = intake()
  const bad = [{ traceId: 'short' }, { traceId: '0'.repeat(32) }, { spanId: 7 }, { spanId: '0'.repeat(16) }]
  taking.take(spanFrame([...bad, { name: 'good' }]), undefined)
  expect(spans.map(({ name }) => name)).toEqual(['good'])
  expect(taking.malformedItems).toBe(bad.length)
})

test('names of prototypes are data like any other', () => {
  const { taking, logs } = intake()
  const value = { kvlistValue: { values: [attribute('__proto__', 'inner'), attribute('constructor', 'c')] } }
  const attributes = [{ key: '__proto__', value }, attribute('toString', 't')]
  taking.take(logFrame([{ body: { stringValue: 'x' }, attributes }]), undefined)
  expect(Object.keys(logs[0]!.attributes)).toEqual(['__proto__', 'toString'])
  expect(JSON.stringify(logs[0]!.attributes)).toBe(
    '{"__proto__":{"__proto__":"inner","constructor":"c"},"toString":"t"}',
  )
  expect(({} as Record<string, unknown>)['inner']).toBeUndefined()
})

test('values nested without end are cut, not followed', () => {
  const { taking, logs } = intake()
  const levels = 50_000
  const nested = '{"arrayValue":{"values":['.repeat(levels) + ']}}'.repeat(levels)
  const record = `{"body":{"stringValue":"deep"},"attributes":[{"key":"k","value":${nested}}]}`
  taking.take(telemetryFrame('LOGS', `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${record}]}]}]}`), undefined)
  expect(taking.malformedFrames + logs.length).toBe(1)
  expect(JSON.stringify(logs).length).toBeLessThan(1_000)
})

test('it does not throw for any JSON, and what it accepts can be serialised again', () => {
  const item = fc.dictionary(
    fc.constantFrom('traceId', 'spanId', 'attributes', 'body', 'events', 'name', 'gauge', 'sum', 'status', '__proto__'),
    fc.jsonValue(),
  )
  const items = fc.array(fc.oneof(item, fc.jsonValue()), { maxLength: 5 })
  fc.assert(
    fc.property(items, fc.constantFrom('OTLP', 'MTRC', 'LOGS'), (list, prefix) => {
      const { taking, spans, logs, metrics } = intake()
      const frame = { OTLP: spanFrame, MTRC: metricFrame, LOGS: logFrame }[prefix]
      taking.take(frame(list as never), undefined)
      expect(taking.malformedFrames).toBe(0)
      expect(() => JSON.stringify([spans, logs, metrics])).not.toThrow()
    }),
  )
})
