/** The functions `engine::log::*`: write a log record for a worker without its own telemetry. */
import { isRecord } from '../../../../wire/protocol/validate.js'
import { packageVersion } from '../../../../version.js'
import type { BuiltinFunction, EngineHost } from '../../builtin.js'
import { parseTraceparent } from '../../../calls/trace-headers.js'
import { severities, type LogRecord, type Severity } from './log-record.js'
import { epochNanos } from '../otlp-value.js'
import type { CurrentSettings } from '../observability-config.js'
import { builtinFunction } from '../../../declare/function.js'
import { any, object, optional, string } from '../../../declare/schema.js'

const input = object({
  message: string(),
  data: optional(any('Attributes of the record')),
  trace_id: optional(string('Default: the trace of the call')),
  span_id: optional(string('Default: the span of the call')),
  service_name: optional(string('Default: the service of the engine')),
})

/** Declares the functions; each passes its record to `take`. */
export function logFunctions(
  host: EngineHost,
  current: Readonly<CurrentSettings>,
  take: (record: LogRecord) => void,
): BuiltinFunction[] {
  const names = Object.keys(severities) as Severity[]
  return names.map((severity) =>
    builtinFunction({
      id: `engine::log::${severity}`,
      description: `Writes a log record of severity ${severity}`,
      input,
      call: ({ message, data, trace_id, span_id, service_name }, { traceparent }) => {
        const { service } = current.settings
        const nowNanos = epochNanos(host.clock)
        const parent = parseTraceparent(traceparent)
        const traceId = trace_id ?? parent?.traceId
        const spanId = span_id ?? (trace_id === undefined ? parent?.spanId : undefined)
        take({
          timestamp_unix_nano: nowNanos,
          observed_timestamp_unix_nano: nowNanos,
          severity_number: severities[severity],
          severity_text: severity.toUpperCase(),
          body: message,
          attributes: attributesOf(data),
          ...(traceId === undefined ? {} : { trace_id: traceId }),
          ...(spanId === undefined ? {} : { span_id: spanId }),
          resource: { 'service.name': service.name },
          service_name: service_name ?? service.name,
          instrumentation_scope_name: 'iii',
          instrumentation_scope_version: packageVersion,
        })
      },
    }),
  )
}

/** An object is the set of attributes; any other value becomes one attribute. */
function attributesOf(data: unknown): Record<string, unknown> {
  if (data === undefined) return {}
  return isRecord(data) ? data : { data }
}
