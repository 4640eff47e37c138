/** The rows that the console alone shows: details of workers, queues and dead letters, and what its server answers. */
import type { FunctionRow } from '../../wire/protocol/function-rows.js'
import type { Attribute, WorkerRow } from '../../wire/protocol/list-rows.js'

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

/** An open channel; only an engine in the process of the console lists them. */
export interface ChannelRow {
  readonly id: string
  /** Empty for channels of the engine. */
  readonly worker_id: string
  /** `free` until the end connects. */
  readonly writer: 'free' | 'connected' | 'done'
  readonly reader: 'free' | 'connected' | 'gone'
  /** Whether the writer is paused. */
  readonly is_held: boolean
  readonly buffered_bytes: number
  /** Everything written so far. */
  readonly total_bytes: number
  readonly age_ms: number
}

/** A metric of workers, with its points. */
export interface MetricRow {
  readonly name: string
  readonly service_name: string
  readonly data_points: readonly {
    readonly timestamp_unix_nano: number
    readonly attributes: readonly Attribute[]
    /** Absent for a distribution. */
    readonly value?: number
  }[]
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
