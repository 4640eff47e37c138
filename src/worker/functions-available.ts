/**
 * News of which functions exist. All subscribers share one hidden function and one trigger, made with the first of
 * them and removed with the last.
 */
import { DEFAULT_NAMESPACE, EngineTriggers } from '../protocol/names.js'
import { isRecord } from '../protocol/validate.js'
import { Emitter } from '../std/emitter.js'
import { checkFunction } from './check.js'
import { isHidden, type FunctionInfo } from './discovery.js'
import type { FunctionRef, Functions } from './functions.js'
import type { Trigger, Triggers } from './triggers.js'

/** Ends the subscription when called, unsubscribed or disposed. */
export type FunctionsAvailableGuard = (() => void) & { unsubscribe(): void; [Symbol.dispose](): void }

export interface FunctionsAvailablePorts {
  readonly functions: Functions
  readonly triggers: Triggers
  readonly uuid: () => string
  readonly onListenerError: (error: unknown) => void
}

export class FunctionsAvailable {
  readonly #ports: FunctionsAvailablePorts
  readonly #listeners: Emitter<FunctionInfo[]>
  #bound: { readonly ref: FunctionRef; readonly trigger: Trigger } | undefined

  constructor(ports: FunctionsAvailablePorts) {
    this.#ports = ports
    this.#listeners = new Emitter(ports.onListenerError)
  }

  subscribe(callback: (functions: FunctionInfo[]) => void): FunctionsAvailableGuard {
    checkFunction('callback', callback)
    const off = this.#listeners.on(callback)
    this.#bound ??= this.#bind()
    const unsubscribe = (): void => {
      off()
      if (this.#listeners.size > 0) return
      this.#bound?.trigger.unregister()
      this.#bound?.ref.unregister()
      this.#bound = undefined
    }
    return Object.assign(unsubscribe.bind(undefined), { unsubscribe, [Symbol.dispose]: unsubscribe })
  }

  #bind(): { readonly ref: FunctionRef; readonly trigger: Trigger } {
    // Unique per client: two workers of one namespace would otherwise fight over the id.
    const id = `iii-node::functions-available::${this.#ports.uuid()}`
    const ref = this.#ports.functions.register({ id, metadata: { internal: true } }, (payload: unknown) => {
      const functions = isRecord(payload) ? payload['functions'] : undefined
      if (Array.isArray(functions)) this.#listeners.emit((functions as FunctionInfo[]).filter(isListed))
      return Promise.resolve(null)
    })
    const trigger = this.#ports.triggers.register({
      type: EngineTriggers.FUNCTIONS_AVAILABLE,
      function_id: id,
      config: {},
      trigger_namespace: DEFAULT_NAMESPACE,
    })
    return { ref, trigger }
  }
}

/** Rows are an engine's, so anything may be in them. */
function isListed(row: Partial<FunctionInfo> | null): boolean {
  return typeof row?.function_id !== 'string' || !isHidden(row.function_id)
}
