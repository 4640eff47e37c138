/** A log record in the form that functions bound to the `log` trigger receive, with the names of the wire. */
export type OtelLogEvent = {
  /** Nanoseconds since 1970; above 2^53, so the last digits are not exact. */
  timestamp_unix_nano: number
  observed_timestamp_unix_nano: number
  /** 1…24: TRACE from 1, DEBUG from 5, INFO from 9, WARN from 13, ERROR from 17, FATAL from 21. */
  severity_number: number
  severity_text: string
  body: string
  attributes: Record<string, unknown>
  trace_id?: string
  span_id?: string
  resource: Record<string, string>
  service_name: string
  instrumentation_scope_name?: string
  instrumentation_scope_version?: string
}
