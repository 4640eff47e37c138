/** Rows of workers and triggers in the lists of an engine: the members that both engines send. */

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
