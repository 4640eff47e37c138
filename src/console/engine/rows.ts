/** The rows that functions of the engine return, as far as the console shows them. */
import type { FunctionRow } from '../../wire/protocol/function-rows.js'

type Attribute = readonly [key: string, value: string]

export interface SpanEvent {
  readonly name: string
  readonly timestamp_unix_nano: number
  readonly attributes: readonly Attribute[]
}

export interface Span {
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id: string | null
  readonly name: string
  readonly start_time_unix_nano: number
  readonly end_time_unix_nano: number
  readonly status: string
  readonly status_description?: string
  readonly attributes: readonly Attribute[]
  readonly service_name: string
  readonly events: readonly SpanEvent[]
  readonly pending?: boolean
}

export interface SpanNode extends Span {
  readonly children: readonly SpanNode[]
}

export interface LogRow {
  readonly timestamp_unix_nano: number
  readonly observed_timestamp_unix_nano: number
  readonly severity_number: number
  readonly severity_text: string
  readonly body: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly trace_id?: string
  readonly span_id?: string
  readonly service_name: string
}

export interface TriggerRow {
  readonly id: string
  readonly trigger_type: string
  readonly function_id: string
  readonly worker_name: string
  readonly config: Readonly<Record<string, unknown>> | null
}

export interface WorkerRow {
  readonly id: string
  readonly name: string | null
  readonly namespace: string
  readonly version: string | null
  readonly runtime: string
  readonly os: string | null
  readonly status: string
  readonly function_count: number
  readonly connected_at_ms: number
  readonly active_invocations: number
}

export interface WorkerDetail {
  readonly worker: WorkerRow & {
    readonly pid?: number
    readonly latest_metrics?: Readonly<Record<string, number>>
  }
  readonly functions: readonly FunctionRow[]
}

export interface QueueRow {
  readonly name: string
  readonly kind: 'queue' | 'topic'
  readonly depth: number
  readonly running?: number
  readonly consumers?: number
  readonly dead: number
  readonly config?: Readonly<Record<string, unknown>>
}

export interface DeadLetter {
  readonly id: string
  readonly payload: unknown
  readonly error: string
  /** Seconds since 1970. */
  readonly failed_at: number
  readonly retries: number
  readonly size_bytes: number
}

/** Where a dead letter came from; only an engine in the process of the console answers. */
export interface LetterOrigin {
  readonly id: string
  readonly kind: 'queue' | 'topic'
  readonly function_id: string
  readonly namespace: string
  readonly traceparent?: string
}

/** What the server of the page says about itself. */
export interface ConsoleInfo {
  readonly url: string
  readonly version: string
  readonly readOnly: boolean
  /** Whether the engine runs in the process of that server, so that it answers more. */
  readonly isLocal: boolean
  readonly httpUrl?: string
  readonly streamUrl?: string
}
