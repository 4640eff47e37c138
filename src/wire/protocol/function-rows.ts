/** What the lists of an engine say about functions: the members that both engines send. */

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
