import { expect, test, vi } from 'vitest'
import { isOtelEnabled, resolveOtelConfig, type OtelConfig } from '../../../src/telemetry/otel-config.js'

const resolve = (config: OtelConfig = {}) => resolveOtelConfig(config, () => 'new-id')

interface Row {
  readonly option: keyof OtelConfig & keyof ReturnType<typeof resolve>
  readonly fallback: unknown
  readonly given: unknown
  readonly variable?: string
  /** Text of the variable, and what it comes to. */
  readonly set?: readonly [text: string, value: unknown]
  /** Texts of the variable that count as unset. */
  readonly ignored?: readonly string[]
  /** Options that are refused. */
  readonly refused: readonly unknown[]
}

const rows: readonly Row[] = [
  {
    option: 'enabled',
    fallback: true,
    given: false,
    variable: 'OTEL_ENABLED',
    set: ['off', false],
    ignored: ['', ' ', 'maybe', 'true', '1'],
    refused: ['false', 0, null],
  },
  {
    option: 'serviceName',
    fallback: 'iii-node',
    given: 'shop',
    variable: 'OTEL_SERVICE_NAME',
    set: ['stock', 'stock'],
    ignored: ['', '  '],
    refused: [1, null],
  },
  {
    option: 'serviceVersion',
    fallback: 'unknown',
    given: '2.0.0',
    variable: 'SERVICE_VERSION',
    set: ['1.0.0', '1.0.0'],
    ignored: ['', '  '],
    refused: [2],
  },
  {
    option: 'serviceNamespace',
    fallback: undefined,
    given: 'eu',
    variable: 'SERVICE_NAMESPACE',
    set: ['us', 'us'],
    ignored: ['', '\t'],
    refused: [{}],
  },
  {
    option: 'serviceInstanceId',
    fallback: 'new-id',
    given: 'one',
    variable: 'SERVICE_INSTANCE_ID',
    set: ['two', 'two'],
    ignored: [''],
    refused: [7],
  },
  {
    option: 'engineWsUrl',
    fallback: 'ws://127.0.0.1:49134',
    given: 'ws://127.0.0.1:1',
    variable: 'III_URL',
    set: ['ws://127.0.0.1:2', 'ws://127.0.0.1:2'],
    ignored: ['', ' '],
    refused: [49134],
  },
  {
    option: 'metricsEnabled',
    fallback: true,
    given: false,
    variable: 'OTEL_METRICS_ENABLED',
    set: ['No', false],
    ignored: ['', 'yes', 'none'],
    refused: ['no'],
  },
  { option: 'metricsExportIntervalMs', fallback: 60_000, given: 5, refused: [0, -1, '5', Infinity] },
  { option: 'shutdownTimeoutMs', fallback: 10_000, given: 0, refused: [-1, '5', null] },
  { option: 'channelCapacity', fallback: 10_000, given: 1, refused: [0, 1.5, -1] },
  {
    option: 'spansFlushIntervalMs',
    fallback: 100,
    given: 0,
    variable: 'OTEL_SPANS_FLUSH_INTERVAL_MS',
    set: ['250', 250],
    ignored: ['', ' ', 'soon', '-1', 'NaN', 'Infinity'],
    refused: [-1, '250'],
  },
  { option: 'logsEnabled', fallback: true, given: false, refused: ['off'] },
  {
    option: 'logsFlushIntervalMs',
    fallback: 100,
    given: 10,
    variable: 'OTEL_LOGS_FLUSH_INTERVAL_MS',
    set: ['0', 0],
    ignored: ['', 'x', '-5'],
    refused: [-1],
  },
  {
    option: 'logsBatchSize',
    fallback: 1,
    given: 512,
    variable: 'OTEL_LOGS_BATCH_SIZE',
    set: ['16', 16],
    ignored: ['', '0', '1.5', 'many', '-2'],
    refused: [0, 1.5],
  },
  { option: 'fetchInstrumentationEnabled', fallback: true, given: false, refused: [1] },
  { option: 'transport', fallback: 'worker', given: 'dedicated', refused: ['http', null] },
]

test.each(rows)('$option: its default, its variable, and the option over both', ({ option, ...row }) => {
  if (row.variable !== undefined) vi.stubEnv(row.variable, undefined)
  expect(resolve()[option]).toBe(row.fallback)
  for (const text of row.ignored ?? []) {
    vi.stubEnv(row.variable!, text)
    expect(resolve()[option], `${row.variable!}=${JSON.stringify(text)}`).toBe(row.fallback)
  }
  if (row.set !== undefined) {
    vi.stubEnv(row.variable!, row.set[0])
    expect(resolve()[option]).toBe(row.set[1])
  }
  expect(resolve({ [option]: row.given })[option]).toBe(row.given)
})

test.each(rows)('$option: a value of the wrong kind is refused by name', ({ option, refused }) => {
  for (const value of refused) {
    const attempt = () => resolve({ [option]: value })
    expect(attempt, String(value)).toThrow(`otel.${option} must be`)
    expect(attempt, String(value)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  }
})

test.each(['false', '0', 'no', 'off', 'FALSE', ' Off '])('OTEL_ENABLED=%s switches telemetry off', (text) => {
  vi.stubEnv('OTEL_ENABLED', text)
  expect(isOtelEnabled()).toBe(false)
  expect(isOtelEnabled({ enabled: true })).toBe(true)
})

test('a number option that is NaN counts as unset, as Number(process.env.UNSET) gives it', () => {
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
