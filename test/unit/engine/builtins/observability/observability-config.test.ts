import { expect, test } from 'vitest'
import { parseObservabilityConfig } from '../../../../../src/engine/builtins/observability/observability-config.js'

test('no settings mean: everything on, in memory, everything sampled', () => {
  expect(parseObservabilityConfig(undefined)).toEqual({
    enabled: true,
    service: { name: 'iii', version: undefined, namespace: undefined },
    sampling: { defaultRatio: 1, parentBased: true, rules: [] },
    maxSpans: 10_000,
    metrics: { enabled: true, maxItems: 10_000, retentionMs: 3_600_000 },
    logs: { enabled: true, maxItems: 1_000, retentionMs: 3_600_000, samplingRatio: 1, isKept: true, echo: true },
    alerts: [],
    exports: undefined,
  })
})

test('settings count where they are given', () => {
  const config = parseObservabilityConfig({
    enabled: false,
    service_name: 's',
    sampling_ratio: 0.5,
    sampling: { parent_based: false, rules: [{ operation: 'call *', rate: 0 }] },
    memory_max_spans: 5,
    metrics_max_count: 6,
    metrics_retention_seconds: 7,
    logs_max_count: 8,
    logs_console_output: false,
    alerts: [{ name: 'a', metric: 'm', threshold: 1, action: { type: 'function', path: 'f' } }],
  })
  expect(config).toMatchObject({
    enabled: false,
    service: { name: 's' },
    sampling: { defaultRatio: 0.5, parentBased: false, rules: [{ operation: 'call *', rate: 0 }] },
    maxSpans: 5,
    metrics: { maxItems: 6, retentionMs: 7_000 },
    logs: { maxItems: 8, echo: false },
    alerts: [
      { operator: 'greaterthan', windowSeconds: 60, enabled: true, action: { kind: 'function', functionId: 'f' } },
    ],
  })
})

test.each([
  [{ exporter: 'jaeger' }, 'iii-observability.exporter must be `memory` or `otlp` or `both`'],
  [
    { exporter: 'otlp', endpoint: 'collector:4318' },
    'iii-observability.endpoint must be an http:// or https:// address',
  ],
  [{ live_spans: true }, 'iii-observability.live_spans must be false'],
  [{ sampling_ratio: 2 }, 'iii-observability.sampling_ratio must be a number from 0 to 1'],
  [{ sampling: { rules: [{ rate: 'x' }] } }, 'iii-observability.sampling.rules.0.rate must be'],
  [{ logs_max_count: 0 }, 'iii-observability.logs_max_count must be a whole number of 1 or more'],
  [{ alerts: [{ name: 'a', metric: 'm', threshold: '9' }] }, 'iii-observability.alerts.0.threshold must be a number'],
  [{ alerts: [{ name: 'a', metric: 'm', threshold: 9, action: { type: 'webhook' } }] }, 'alerts.0.action.type must be'],
  [
    { alerts: [{ name: 'a', metric: 'm', threshold: 9, action: { type: 'webhook', url: 'https://a.example' } }] },
    'alerts.0.action.type must be',
  ],
  [
    { alerts: [{ name: 'a', metric: 'm', threshold: 9, action: { type: 'log', url: 'https://a.example' } }] },
    'alerts.0.action.url must be absent',
  ],
  [
    { alerts: [{ name: 'a', metric: 'm', threshold: 9, action: { type: 'function' } }] },
    'alerts.0.action.path must be',
  ],
  [{ log_level: 'info' }, 'iii-observability.log_level (the string "info") is not a known key'],
])('%j is refused by name', (config, message) => {
  expect(() => parseObservabilityConfig(config)).toThrow(message)
})

test('metrics and logs follow the exporter of spans, unless they have their own', () => {
  const exportsOf = (config: object) => {
    const { exports, logs } = parseObservabilityConfig(config)
    return [exports?.spans, exports?.metrics, exports?.logs, logs.isKept]
  }
  expect(exportsOf({ exporter: 'otlp' })).toEqual(['otlp', 'otlp', 'otlp', false])
  expect(exportsOf({ exporter: 'both', logs_exporter: 'memory' })).toEqual(['both', 'both', 'memory', true])
  expect(exportsOf({ metrics_exporter: 'otlp' })).toEqual(['memory', 'otlp', 'memory', true])
})

test('the settings of a collector are refused by name, without showing a header', () => {
  const parse = (otlp: object) => () => parseObservabilityConfig({ exporter: 'both' }, { otlp })
  const path = 'iii-observability.local.otlp'
  expect(parse({ protocol: 'grpc' })).toThrow(`${path}.protocol must be`)
  expect(parse({ timeout_ms: 0 })).toThrow(`${path}.timeout_ms must be`)
  expect(parse({ tls: { ca: '/missing.pem' } })).not.toThrow() // Not read for an http: address.
  expect(parse({ headers: { 'a b': 'SECRET' } })).toThrow(`${path}.headers has a name or a value`)
  expect(parse({ headers: 'SECRET' })).toThrow(`${path}.headers must be an object`)
  expect(parse({ headers: { a: 'SECRET\n' } })).not.toThrow('SECRET')
  const secure = () =>
    parseObservabilityConfig({ exporter: 'both', endpoint: 'https://x' }, { otlp: { tls: { ca: '/missing.pem' } } })
  expect(secure).toThrow(`${path}.tls cannot be used: The file /missing.pem of tls.ca cannot be read (ENOENT)`)
  expect(secure).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
})
