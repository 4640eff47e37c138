/** Binary frames of telemetry as workers send them: four letters, then OTLP/JSON. */

/** The frame of a signal around any content. */
export function telemetryFrame(prefix: 'OTLP' | 'MTRC' | 'LOGS', content: unknown): Uint8Array {
  return Buffer.from(prefix + (typeof content === 'string' ? content : JSON.stringify(content)))
}

type Item = Readonly<Record<string, unknown>>

const resource = (serviceName: string) => ({
  attributes: [{ key: 'service.name', value: { stringValue: serviceName } }],
})

const scope = { name: 'test', version: '1' }

export const TRACE = '0af7651916cd43dd8448eb211c80319c'
/** A span id made from a small number. */
export const spanId = (n: number): string => n.toString(16).padStart(16, '0')

export function spanFrame(spans: readonly Item[], serviceName = 'orders'): Uint8Array {
  const filled = spans.map((span) => ({
    traceId: TRACE,
    spanId: spanId(1),
    name: 'work',
    endTimeUnixNano: 2e6,
    ...span,
  }))
  return telemetryFrame('OTLP', {
    resourceSpans: [{ resource: resource(serviceName), scopeSpans: [{ scope, spans: filled }] }],
  })
}

export function logFrame(logRecords: readonly Item[], serviceName = 'orders'): Uint8Array {
  return telemetryFrame('LOGS', {
    resourceLogs: [{ resource: resource(serviceName), scopeLogs: [{ scope, logRecords }] }],
  })
}

export function metricFrame(metrics: readonly Item[], serviceName = 'orders'): Uint8Array {
  return telemetryFrame('MTRC', {
    resourceMetrics: [{ resource: resource(serviceName), scopeMetrics: [{ scope, metrics }] }],
  })
}

/** A gauge with one point of a worker. */
export function gauge(name: string, value: number, point: Item = {}): Item {
  return { name, unit: '1', gauge: { dataPoints: [{ asDouble: value, timeUnixNano: '1000000', ...point }] } }
}

export const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
