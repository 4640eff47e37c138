import { execFileSync } from 'node:child_process'
import { expect, inject, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/std/time/clock.js'
import { createOwnedLogger } from '../../src/sdk/telemetry/logs/logger.js'
import { registerWorkerGauges } from '../../src/sdk/telemetry/metrics/gauges.js'
import { resolveOtelConfig } from '../../src/sdk/telemetry/otel-config.js'
import { createTracing } from '../../src/sdk/telemetry/trace/spans.js'
import { enlist } from '../../src/sdk/telemetry/active-telemetry.js'
import { Telemetry } from '../../src/sdk/telemetry/telemetry.js'
import { context } from '@opentelemetry/api'
import { collectingSink, type CollectingSink } from '../kit/collecting-sink.js'
import { telemetryPayload } from '../kit/telemetry-payload.js'

interface Decoded {
  readonly OTLP: readonly Record<string, unknown>[]
  readonly LOGS: readonly Record<string, unknown>[]
  readonly MTRC: readonly { readonly name: string; readonly kind: string; readonly points: number }[]
}

/** What OpenTelemetry's own schema, in another language, makes of the frames. An unknown member or a wrong type fails. */
function decoded(sink: CollectingSink): Decoded {
  const setup = inject('pythonSetup')
  if ('problem' in setup) throw new Error(setup.problem)
  const lines = sink.frames.map((frame) => JSON.stringify(telemetryPayload(frame))).join('\n')
  const output = execFileSync(setup.python, ['test/interop/python/decode_otlp.py'], { input: lines, timeout: 30_000 })
  return JSON.parse(output.toString()) as Decoded
}

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'

test('spans, log records and metrics are what OTLP says, down to ids, times and types of attributes', async () => {
  const sink = collectingSink()
  const config = resolveOtelConfig({ serviceName: 'shop', serviceNamespace: 'eu' }, { newId: () => 'instance' })
  const telemetry = new Telemetry(config, { clock: systemClock, sink })
  const delist = enlist({ telemetry, end: () => Promise.resolve() })
  onTestFinished(delist)
  const before = BigInt(Date.now()) * 1_000_000n
  const handling = createTracing(telemetry, Infinity).begin({
    functionId: 'sell',
    input: { sku: 'täe', token: 'x' },
    traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`,
    baggage: 'tenant=acme',
  })!
  const spanIds: string[] = []
  handling.run(() => {
    const logger = createOwnedLogger({ telemetry, context: context.active() }, 'sell')
    logger.warn('low', { left: 3, price: 2.5, sold: true, tags: ['a', 1], nested: { none: null }, huge: 2 ** 60 })
    telemetry.tracer.startActiveSpan('inner', (span) => {
      span.setAttributes({ text: 'é', int: 7, real: 0.5, yes: true, list: ['a', 'b'] })
      spanIds.push(span.spanContext().spanId)
      span.end()
    })
  })
  handling.failed(new Error('sold out'))
  const gauges = registerWorkerGauges(telemetry.meter!, { workerId: 'w1', workerName: 'shop' })
  telemetry.meter!.createCounter('sold', { unit: '1' }).add(2)
  telemetry.meter!.createHistogram('took').record(12.5)
  await telemetry.shutdown(() => Promise.resolve())
  gauges.stop()

  const { OTLP, LOGS, MTRC } = decoded(sink)
  const [inner, outer] = OTLP
  expect(OTLP).toHaveLength(2)
  expect(outer).toMatchObject({
    name: 'execute sell',
    traceId: TRACE_ID,
    parentSpanId: PARENT_ID,
    kind: 1,
    status: 2,
    attributes: { tenant: ['string_value', 'acme'] },
    resource: {
      'service.name': ['string_value', 'shop'],
      'service.namespace': ['string_value', 'eu'],
      'service.version': ['string_value', 'unknown'],
      'service.instance.id': ['string_value', 'instance'],
    },
  })
  expect(outer!['events']).toMatchObject([
    [
      'iii.invocation.input',
      {
        'iii.payload.json': ['string_value', '{"sku":"täe","token":"[REDACTED]"}'],
        'iii.payload.truncated': ['bool_value', false],
      },
    ],
    ['iii.invocation.output', { 'iii.payload.ok': ['bool_value', false] }],
    ['exception', { 'exception.message': ['string_value', 'sold out'] }],
  ])
  expect(inner).toMatchObject({
    spanId: spanIds[0],
    parentSpanId: outer!['spanId'],
    attributes: {
      text: ['string_value', 'é'],
      int: ['int_value', 7],
      real: ['double_value', 0.5],
      yes: ['bool_value', true],
      list: [
        'array_value',
        [
          ['string_value', 'a'],
          ['string_value', 'b'],
        ],
      ],
    },
  })
  for (const span of OTLP) {
    const [start, end] = [BigInt(String(span['start'])), BigInt(String(span['end']))]
    expect(start).toBeGreaterThanOrEqual(before)
    expect(end).toBeGreaterThanOrEqual(start)
    expect(end).toBeLessThan(before + 60_000_000_000n)
  }
  expect(LOGS).toMatchObject([
    {
      body: ['string_value', 'low'],
      severity: 13,
      traceId: TRACE_ID,
      spanId: outer!['spanId'],
      attributes: {
        'service.name': ['string_value', 'sell'],
        'log.data': [
          'kvlist_value',
          {
            left: ['int_value', 3],
            price: ['double_value', 2.5],
            sold: ['bool_value', true],
            tags: [
              'array_value',
              [
                ['string_value', 'a'],
                ['int_value', 1],
              ],
            ],
            nested: ['kvlist_value', { none: [null, null] }],
            huge: ['string_value', String(2 ** 60)],
          },
        ],
      },
    },
  ])
  const kinds = new Map(MTRC.map(({ name, kind }) => [name, kind]))
  expect(kinds.get('sold')).toBe('sum')
  expect(kinds.get('took')).toBe('histogram')
  expect([...kinds.values()].filter((kind) => kind === 'gauge')).toHaveLength(9)
})
