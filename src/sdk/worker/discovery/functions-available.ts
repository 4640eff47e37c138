/**
 * Reports which functions exist. All subscribers share one hidden function and one trigger, made with the first of
 * them and removed with the last. The engine reports changes alone, and a restarted one may see none: the worker asks
 * after each reconnect, and drops an event that says the same again.
 */
import { IIIConnectionState } from '../../connection/state.js'
import { DEFAULT_NAMESPACE, EngineFunctions, EngineTriggers } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { Emitter, type Unsubscribe } from '../../../std/async/emitter.js'
import type { TriggerFunction } from '../calls/call.js'
import { checkFunction } from '../check.js'
import { isHidden, type FunctionInfo } from './discovery.js'
import type { FunctionRef, Functions } from '../functions/functions.js'
import type { Trigger, Triggers } from '../triggers/triggers.js'

/** Ends the subscription when called, unsubscribed or disposed. */
export type FunctionsAvailableGuard = (() => void) & { unsubscribe(): void; [Symbol.dispose](): void }

export interface FunctionsAvailablePorts {
  readonly functions: Functions
  readonly triggers: Triggers
  readonly uuid: () => string
  readonly onListenerError: (error: unknown) => void
  readonly states: Pick<Emitter<IIIConnectionState>, 'on'>
  readonly reconnects: () => number
  /** Resolves once the engine has handled everything sent so far; rejects when the link ends first. */
  readonly confirmed: () => Promise<void>
  readonly trigger: TriggerFunction
}

interface Bound {
  readonly ref: FunctionRef
  readonly trigger: Trigger
  readonly stopListening: Unsubscribe
}

export class FunctionsAvailable {
  readonly #ports: FunctionsAvailablePorts
  readonly #listeners: Emitter<FunctionInfo[]>
  #bound: Bound | undefined
  /** Ids last reported on the present link. */
  #reported: string | undefined

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
      this.#bound?.stopListening()
      this.#bound = undefined
    }
    return Object.assign(unsubscribe.bind(undefined), { unsubscribe, [Symbol.dispose]: unsubscribe })
  }

  #bind(): Bound {
    // Unique per client: two workers of one namespace would otherwise fight over the id.
    const id = `iii-node::functions-available::${this.#ports.uuid()}`
    const ref = this.#ports.functions.register({ id, metadata: { internal: true } }, (payload: unknown) => {
      this.#report(payload)
      return Promise.resolve(null)
    })
    const trigger = this.#ports.triggers.register({
      type: EngineTriggers.FUNCTIONS_AVAILABLE,
      function_id: id,
      config: {},
      trigger_namespace: DEFAULT_NAMESPACE,
    })
    const stopListening = this.#ports.states.on((state) => {
      if (state !== IIIConnectionState.Connected) return
      this.#reported = undefined
      if (this.#ports.reconnects() > 0) void this.#ask()
    })
    return { ref, trigger, stopListening }
  }

  async #ask(): Promise<void> {
    const link = this.#ports.reconnects()
    const request = { function_id: EngineFunctions.LIST_FUNCTIONS, payload: { include_internal: true } }
    // The link may end meanwhile, and a guarded listener may deny the list.
    const listed: unknown = await this.#ports
      .confirmed()
      .then(() => this.#ports.trigger(request))
      .catch(() => undefined)
    if (link === this.#ports.reconnects()) this.#report(listed)
  }

  #report(listed: unknown): void {
    const rows: unknown = isRecord(listed) ? listed['functions'] : undefined
    if (!Array.isArray(rows)) return
    const functions = (rows as FunctionInfo[]).filter(isListed)
    const ids = functions.map((row) => JSON.stringify([row.namespace, row.function_id])).sort()
    const reported = ids.join()
    if (this.#reported === reported) return
    this.#reported = reported
    this.#listeners.emit(functions)
  }
}

/** Rows are an engine's, so anything may be in them. */
function isListed(row: Partial<FunctionInfo> | null): boolean {
  return isRecord(row) && !(typeof row.function_id === 'string' && isHidden(row.function_id))
}
