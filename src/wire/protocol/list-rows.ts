/** What the lists of an engine say about workers, triggers, spans and log records: the members that both engines send. */

export interface WorkerRow {
  readonly id: string
  readonly name?: string | null
  readonly namespace: string
  readonly version?: string | null
  readonly runtime?: string | null
  readonly os?: string | null
  readonly status: string
  readonly function_count: number
  readonly active_invocations: number
  readonly connected_at_ms: number
}

export interface TriggerRow {
  readonly id: string
  readonly trigger_type: string
  readonly function_id: string
  readonly worker_name: string
  readonly config: Readonly<Record<string, unknown>> | null
}

export type Attribute = readonly [key: string, value: string]

export interface SpanEvent {
  readonly name: string
  readonly timestamp_unix_nano: number
  readonly attributes: readonly Attribute[]
}

export interface SpanRow {
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id?: string | null
  readonly name: string
  readonly start_time_unix_nano: number
  readonly end_time_unix_nano: number
  readonly status: string
  readonly status_description?: string
  readonly attributes: readonly Attribute[]
  readonly service_name: string
  readonly events: readonly SpanEvent[]
  /** Whether it has not ended. */
  readonly pending?: boolean
}

/** A span with the spans below it, as a trace is sent. */
export interface SpanNode extends SpanRow {
  readonly children?: readonly SpanNode[]
}

export interface LogRow {
  readonly timestamp_unix_nano: number
  readonly observed_timestamp_unix_nano: number
  readonly severity_number: number
  readonly severity_text: string
  readonly body: string
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly trace_id?: string | null
  readonly span_id?: string | null
  readonly service_name: string
}
