/**
 * Hears from the engine when a worker changes or leaves, so that a name it held can be asked for at once. One hidden
 * function and one trigger while there is something to wait for. An engine that does not allow them costs the news
 * only: names are asked for at intervals all the same.
 */
import { DEFAULT_NAMESPACE, EngineTriggers } from '../protocol/names.js'
import { isRecord } from '../protocol/validate.js'
import type { FunctionRef, Functions } from './functions.js'
import type { Trigger, Triggers } from './triggers.js'

export interface OwnerNewsPorts {
  readonly functions: Functions
  readonly triggers: Triggers
  readonly uuid: () => string
}

export class OwnerNews {
  readonly #ports: OwnerNewsPorts
  readonly #onChange: (workerId: string) => void
  #bound: { readonly ref: FunctionRef; readonly trigger: Trigger } | undefined

  /** @param onChange hears the id of each worker that came, changed or left. */
  constructor(ports: OwnerNewsPorts, onChange: (workerId: string) => void) {
    this.#ports = ports
    this.#onChange = onChange
  }

  start(): void {
    this.#bound ??= this.#bind()
  }

  stop(): void {
    this.#bound?.trigger.unregister()
    this.#bound?.ref.unregister()
    this.#bound = undefined
  }

  #bind(): { readonly ref: FunctionRef; readonly trigger: Trigger } {
    const { functions, triggers, uuid } = this.#ports
    // Unique per client: two workers of one namespace would otherwise fight over the id.
    const id = `iii-node::owner-news::${uuid()}`
    const ref = functions.register({ id, metadata: { internal: true } }, (payload: unknown) => {
      const workerId = isRecord(payload) ? payload['worker_id'] : undefined
      if (typeof workerId === 'string') this.#onChange(workerId)
      return Promise.resolve(null)
    })
    const binding = { type: EngineTriggers.WORKERS_AVAILABLE, function_id: id, config: {} }
    const trigger = triggers.register({ ...binding, trigger_namespace: DEFAULT_NAMESPACE }, true)
    return { ref, trigger }
  }
}
