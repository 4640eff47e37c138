import { readdirSync, readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { DEFAULT_RECONNECTION } from '../../../../src/sdk/connection/options.js'
import { patchGlobalFetch, unpatchGlobalFetch } from '../../../../src/sdk/telemetry/trace/fetch.js'
import { isOtelEnabled, resolveOtelConfig, type OtelConfig } from '../../../../src/sdk/telemetry/otel-config.js'
import { samplerFromEnvironment } from '../../../../src/sdk/telemetry/otel-environment.js'
import { tracesPayloads } from '../../../../src/sdk/telemetry/trace/payload.js'

const resolve = (config: OtelConfig = {}) => resolveOtelConfig(config, { newId: () => 'new-id' })

/** Every option there is, beside `otlp`: one without a row does not compile. */
type Option = Exclude<keyof OtelConfig, 'otlp'>

interface Row {
  readonly fallback: unknown
  readonly given: unknown
  readonly variable?: string
  /** Text of the variable, and the resulting value. */
  readonly set?: readonly [text: string, value: unknown]
  /** Texts of the variable that count as unset. */
  readonly ignored?: readonly string[]
  /** Options that are refused. */
  readonly refused: readonly unknown[]
}

const table: Readonly<Record<Option, Row>> = {
  enabled: {
    fallback: true,
    given: false,
    variable: 'OTEL_ENABLED',
    set: ['off', false],
    ignored: ['', ' ', 'maybe', 'true', '1'],
    refused: ['false', 0, null],
  },
  serviceName: {
    fallback: 'iii-node',
    given: 'shop',
    variable: 'OTEL_SERVICE_NAME',
    set: ['stock', 'stock'],
    ignored: ['', '  '],
    refused: [1, null],
  },
  serviceVersion: {
    fallback: 'unknown',
    given: '2.0.0',
    variable: 'SERVICE_VERSION',
    set: ['1.0.0', '1.0.0'],
    ignored: ['', '  '],
    refused: [2],
  },
  serviceNamespace: {
    fallback: undefined,
    given: 'eu',
    variable: 'SERVICE_NAMESPACE',
    set: ['us', 'us'],
    ignored: ['', '\t'],
    refused: [{}],
  },
  serviceInstanceId: {
    fallback: 'new-id',
    given: 'one',
    variable: 'SERVICE_INSTANCE_ID',
    set: ['two', 'two'],
    ignored: [''],
    refused: [7],
  },
  engineWsUrl: {
    fallback: 'ws://127.0.0.1:49134',
    given: 'ws://127.0.0.1:1',
    variable: 'III_URL',
    set: ['ws://127.0.0.1:2', 'ws://127.0.0.1:2'],
    ignored: ['', ' '],
    refused: [49134],
  },
  metricsEnabled: {
    fallback: true,
    given: false,
    variable: 'OTEL_METRICS_ENABLED',
    set: ['No', false],
    ignored: ['', 'yes', 'none'],
    refused: ['no'],
  },
  metricsExportIntervalMs: {
    fallback: 60_000,
    given: 5,
    variable: 'OTEL_METRIC_EXPORT_INTERVAL',
    set: ['5000', 5000],
    ignored: ['', '0', '-1', 'often'],
    refused: [0, -1, '5', Infinity],
  },
  shutdownTimeoutMs: { fallback: 10_000, given: 0, refused: [-1, '5', null] },
  channelCapacity: { fallback: 10_000, given: 1, refused: [0, 1.5, -1] },
  spansFlushIntervalMs: {
    fallback: 100,
    given: 0,
    variable: 'OTEL_SPANS_FLUSH_INTERVAL_MS',
    set: ['250', 250],
    ignored: ['', ' ', 'soon', '-1', 'NaN', 'Infinity'],
    refused: [-1, '250'],
  },
  logsEnabled: { fallback: true, given: false, refused: ['off'] },
  logsFlushIntervalMs: {
    fallback: 100,
    given: 10,
    variable: 'OTEL_LOGS_FLUSH_INTERVAL_MS',
    set: ['0', 0],
    ignored: ['', 'x', '-5'],
    refused: [-1],
  },
  logsBatchSize: {
    fallback: 1,
    given: 512,
    variable: 'OTEL_LOGS_BATCH_SIZE',
    set: ['16', 16],
    ignored: ['', '0', '1.5', 'many', '-2'],
    refused: [0, 1.5],
  },
  fetchInstrumentationEnabled: { fallback: true, given: false, refused: [1] },
  transport: { fallback: 'worker', given: 'dedicated', refused: ['http', null] },
  liveSpans: {
    fallback: false,
    given: false,
    variable: 'OTEL_LIVE_SPANS',
    set: ['On', true],
    ignored: ['', ' ', 'false', '0', 'maybe'],
    refused: ['on', 1, null],
  },
  tracePayloadMaxBytes: {
    fallback: 8 * 1024,
    given: Infinity,
    variable: 'III_TRACE_PAYLOAD_MAX_BYTES',
    set: [' Unlimited ', Infinity],
    ignored: ['', ' ', 'much', '-5', '1.5'],
    refused: [0, -1, '4096', null],
  },
  reconnectionConfig: {
    fallback: DEFAULT_RECONNECTION,
    given: {
      initialDelayMs: 1,
      maxDelayMs: 2,
      backoffMultiplier: 1,
      jitterFactor: 0,
      maxRetries: 3,
      maxPendingMessages: 4,
      maxPendingBytes: 5,
      maxPendingAgeMs: 6,
    },
    refused: [
      null,
      5,
      [],
      { maxRetries: 1.5 },
      { maxRetries: -2 },
      { jitterFactor: 1.1 },
      { initialDelayMs: '5' },
      { maxDelayMs: 0 },
      { maxPendingMessages: NaN },
      { maxPendingBytes: -1 },
    ],
  },
  exporter: { fallback: 'engine', given: 'otlp', refused: ['otel', 1, null] },
  instrumentations: {
    fallback: [],
    given: [{ enable: () => undefined }],
    refused: [null, {}, 'http', [null], [5], [{}, 'http']],
  },
}

const rows = Object.entries(table).map(([option, row]) => ({ option: option as Option, ...row }))

/** What an option has come to; its settings have a name of their own once they are complete. */
const outcome = (option: Option, config: OtelConfig = {}): unknown =>
  resolve(config)[option === 'reconnectionConfig' ? 'reconnection' : option]

test.each(rows)('$option: its default, its variable, and the option over both', ({ option, ...row }) => {
  if (row.variable !== undefined) vi.stubEnv(row.variable, undefined)
  expect(outcome(option)).toEqual(row.fallback)
  for (const text of row.ignored ?? []) {
    vi.stubEnv(row.variable!, text)
    expect(outcome(option), `${row.variable!}=${JSON.stringify(text)}`).toEqual(row.fallback)
  }
  if (row.set !== undefined) {
    vi.stubEnv(row.variable!, row.set[0])
    expect(outcome(option)).toEqual(row.set[1])
  }
  expect(outcome(option, { [option]: row.given })).toEqual(row.given)
})

test.each(rows)('$option: a value of the wrong kind is refused by name', ({ option, refused }) => {
  for (const value of refused) {
    const attempt = () => resolve({ [option]: value })
    expect(attempt, JSON.stringify(value)).toThrow(new RegExp(`^otel\\.${option}\\b.* must be .+, got .+`))
    expect(attempt, JSON.stringify(value)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  }
})

test.each(['false', '0', 'no', 'off', 'FALSE', ' Off '])('OTEL_ENABLED=%s switches telemetry off', (text) => {
  vi.stubEnv('OTEL_ENABLED', text)
  expect(isOtelEnabled()).toBe(false)
  expect(isOtelEnabled({ enabled: true })).toBe(true)
})

test('a service is named by option, OTEL_SERVICE_NAME, resource attributes, the worker’s name, and iii-node, in this order', () => {
  const name = (config: OtelConfig, workerName?: string) =>
    resolveOtelConfig(config, { newId: () => '', workerName }).serviceName
  vi.stubEnv('OTEL_SERVICE_NAME', '')
  expect([name({}), name({}, 'orders')]).toEqual(['iii-node', 'orders'])
  vi.stubEnv(
    'OTEL_RESOURCE_ATTRIBUTES',
    'service.name=attr,service.version=2,service.namespace=ns,service.instance.id=i',
  )
  expect(name({}, 'orders')).toBe('attr')
  const described = { serviceVersion: '2', serviceNamespace: 'ns', serviceInstanceId: 'i' }
  expect(resolve()).toMatchObject(described)
  expect(resolve({ serviceVersion: '3' })).toMatchObject({ ...described, serviceVersion: '3' })
  vi.stubEnv('OTEL_SERVICE_NAME', 'variable')
  expect([name({}, 'orders'), name({ serviceName: 'option' }, 'orders')]).toEqual(['variable', 'option'])
})

test('a number option that is NaN, such as Number(process.env.UNSET), counts as unset', () => {
  vi.stubEnv('OTEL_SPANS_FLUSH_INTERVAL_MS', '30')
  expect(resolve({ spansFlushIntervalMs: NaN }).spansFlushIntervalMs).toBe(30)
})

test('the delays that OpenTelemetry itself reads are not read', () => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '9999')
  vi.stubEnv('OTEL_BLRP_SCHEDULE_DELAY', '9999')
  expect(resolve()).toMatchObject({ spansFlushIntervalMs: 100, logsFlushIntervalMs: 100 })
})

test('reconnection settings keep their defaults where they are not given', () => {
  expect(resolve({ reconnectionConfig: { maxRetries: 3 } }).reconnection).toMatchObject({
    maxRetries: 3,
    initialDelayMs: 1000,
  })
})

/** Variables without an option: text of the variable, and the resulting value. */
const variables: Readonly<Record<string, { readonly read: () => unknown; readonly texts: readonly Text[] }>> = {
  III_DISABLE_TRACE_PAYLOADS: {
    read: () => !tracesPayloads(),
    texts: [
      [undefined, false], ['', false], ['0', false], ['no', false], ['maybe', false],
      ['1', true], ['true', true], [' TRUE ', true],
    ], // prettier-ignore
  },
  OTEL_FETCH_IGNORE_URLS: {
    read: () => ['http://h/health', 'http://h/a'].filter(isTraced),
    texts: [
      [undefined, ['http://h/health', 'http://h/a']], ['', ['http://h/health', 'http://h/a']],
      [' , ,', ['http://h/health', 'http://h/a']], ['/health', ['http://h/a']], [' /a ,/health', []],
    ], // prettier-ignore
  },
  OTEL_SDK_DISABLED: {
    read: () => [isOtelEnabled(), resolve().enabled, isOtelEnabled({ enabled: true })],
    texts: [
      [undefined, [true, true, true]], ['', [true, true, true]], ['1', [true, true, true]],
      ['true', [false, false, true]], [' TRUE ', [false, false, true]],
    ], // prettier-ignore
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    read: () => resolve().resourceAttributes,
    texts: [
      [undefined, {}], ['', {}], [' , ', {}], ['a=1,b=', { a: '1', b: '' }],
      [' team = check%2Cout , k%3D=ü ', { team: 'check,out', 'k=': 'ü' }],
      ['a=1,b', {}], ['a=1,=2', {}], ['a=1,b=2=3', {}], ['a=1,b=%zz', {}],
    ], // prettier-ignore
  },
  OTEL_TRACES_SAMPLER: {
    read: () => samplerFromEnvironment()?.toString(),
    texts: [
      [undefined, undefined], ['parentbased_always_on', undefined], ['no such', undefined],
      ['always_on', 'AlwaysOnSampler'], ['always_off', 'AlwaysOffSampler'],
      ['TraceIdRatio', 'TraceIdRatioBased{1}'],
      ['parentbased_always_off', expect.stringContaining('ParentBased{root=AlwaysOffSampler')],
      ['parentbased_traceidratio', expect.stringContaining('ParentBased{root=TraceIdRatioBased{1}')],
    ], // prettier-ignore
  },
  OTEL_TRACES_SAMPLER_ARG: {
    read: () => {
      vi.stubEnv('OTEL_TRACES_SAMPLER', 'traceidratio')
      return samplerFromEnvironment()?.toString()
    },
    texts: [
      [undefined, 'TraceIdRatioBased{1}'], ['0.25', 'TraceIdRatioBased{0.25}'], ['0', 'TraceIdRatioBased{0}'],
      ['2', 'TraceIdRatioBased{1}'], ['-1', 'TraceIdRatioBased{1}'], ['much', 'TraceIdRatioBased{1}'],
    ], // prettier-ignore
  },
}

type Text = readonly [text: string | undefined, value: unknown]

/** Whether a request to an address gets a span, once `fetch` is patched. */
function isTraced(address: string): boolean {
  vi.stubGlobal('fetch', () => Promise.resolve(undefined))
  const startActiveSpan = vi.fn(() => Promise.resolve(undefined))
  patchGlobalFetch({ startActiveSpan } as never)
  void fetch(address)
  unpatchGlobalFetch()
  return startActiveSpan.mock.calls.length > 0
}

const texts = Object.entries(variables).flatMap(([name, { texts, read }]) =>
  texts.map(([text, value]) => [name, text, value, read] as const),
)

test.each(texts)('the variable %s=%s comes to %j', (name, text, value, read) => {
  vi.stubEnv(name, text)
  expect(read()).toEqual(value)
})

test('these tables have every variable that telemetry reads', () => {
  const folder = new URL('../../../../src/sdk/telemetry/', import.meta.url)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const source = names.map((name) => readFileSync(new URL(name, folder), 'utf8'))
  const read = source.flatMap((text) => [...text.matchAll(/'((?:III|OTEL|SERVICE)_[A-Z_]+)'/g)].map(([, name]) => name))
  const listed = [...rows.flatMap(({ variable }) => variable ?? []), ...Object.keys(variables)]
  expect(listed.sort()).toEqual([...new Set(read)].sort())
})

test.each(['metricsExportIntervalMs', 'shutdownTimeoutMs', 'spansFlushIntervalMs', 'logsFlushIntervalMs'] as const)(
  '%s is no longer than a timer can hold',
  (option) => {
    expect(resolve({ [option]: 2 ** 31 - 1 })[option]).toBe(2 ** 31 - 1)
    expect(() => resolve({ [option]: 2 ** 31 })).toThrow(`otel.${option} must be a number of at least`)
  },
)
