/**
 * Listens for workers that change or leave, as the engine reports them, for all parts of a worker that want to know: one
 * hidden function and one trigger as long as there is a listener. An engine that does not allow them reports nothing;
 * listeners also act at intervals.
 */
import { DEFAULT_NAMESPACE, EngineTriggers } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { Emitter, type Unsubscribe } from '../../../std/async/emitter.js'
import type { Random } from '../../../std/random.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { FunctionRef, Functions } from '../functions/functions.js'
import type { Trigger, Triggers } from '../triggers/triggers.js'

/** The parts of a worker that news stand on. */
export interface NewsParts {
  readonly functions: Functions
  readonly triggers: Triggers
  readonly random: Random
  readonly report: Report
}

/** A worker that came, changed or left. */
export interface WorkerChange {
  readonly workerId: string
  /** Name of the event at the engine, such as `worker_disconnected`. */
  readonly event: unknown
}

export class WorkerNews {
  readonly #parts: NewsParts
  readonly #changes: Emitter<WorkerChange>
  #bound: { readonly ref: FunctionRef; readonly trigger: Trigger } | undefined

  constructor(parts: NewsParts) {
    this.#parts = parts
    this.#changes = new Emitter((error) => {
      parts.report({ kind: 'callback_failed', error })
    })
  }

  on(listener: (change: WorkerChange) => void): Unsubscribe {
    const off = this.#changes.on(listener)
    this.#bound ??= this.#bind()
    return () => {
      off()
      if (this.#changes.size > 0) return
      this.#bound?.trigger.unregister()
      this.#bound?.ref.unregister()
      this.#bound = undefined
    }
  }

  #bind(): { readonly ref: FunctionRef; readonly trigger: Trigger } {
    const { functions, triggers, random } = this.#parts
    // Unique per client: two workers of one namespace would otherwise fight over the id.
    const id = `iii-node::worker-news::${random.uuid()}`
    const ref = functions.register({ id, metadata: { internal: true } }, (payload: unknown) => {
      const { worker_id: workerId, event } = isRecord(payload) ? payload : {}
      if (typeof workerId === 'string') this.#changes.emit({ workerId, event })
      return Promise.resolve(null)
    })
    const binding = { type: EngineTriggers.WORKERS_AVAILABLE, function_id: id, config: {} }
    const trigger = triggers.register({ ...binding, trigger_namespace: DEFAULT_NAMESPACE }, true)
    return { ref, trigger }
  }
}
