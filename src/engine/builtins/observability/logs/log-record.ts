/** A log record as it is stored, listed and passed to triggers. */

/**
 * Absent members are left out of lists. Times are nanoseconds since 1970, rounded to 256 ns by the precision of
 * numbers.
 */
export interface LogRecord {
  readonly timestamp_unix_nano: number
  readonly observed_timestamp_unix_nano: number
  readonly severity_number: number
  readonly severity_text: string
  readonly body: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly trace_id?: string
  readonly span_id?: string
  readonly resource: Readonly<Record<string, unknown>>
  readonly service_name: string
  readonly instrumentation_scope_name?: string
  readonly instrumentation_scope_version?: string
}

/** A record as functions bound to `log` receive it: absent members are null. */
export function logPayload(record: LogRecord): Record<string, unknown> {
  return {
    ...record,
    trace_id: record.trace_id ?? null,
    span_id: record.span_id ?? null,
    instrumentation_scope_name: record.instrumentation_scope_name ?? null,
    instrumentation_scope_version: record.instrumentation_scope_version ?? null,
  }
}

/** Severities that functions and triggers accept by name, with the numbers of OpenTelemetry. */
export const severities = { trace: 1, debug: 5, info: 9, warn: 13, error: 17 } as const
export type Severity = keyof typeof severities
