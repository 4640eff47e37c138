/** Rows of the lists of an engine: the members that both engines send. */

export interface FunctionRow {
  readonly function_id: string
  readonly namespace: string
  readonly worker_name: string
  readonly description?: string | null
}

export interface FunctionDetail extends FunctionRow {
  readonly request_schema?: unknown
  readonly response_schema?: unknown
  readonly registered_triggers: readonly {
    readonly id: string
    readonly trigger_type: string
    readonly config: unknown
  }[]
}

export interface WorkerRow {
  readonly id: string
  readonly name?: string | null
  readonly namespace: string
  readonly version?: string | null
  readonly runtime?: string | null
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
  readonly config: unknown
}
