/**
 * Reports which functions exist. All subscribers share one hidden function and one trigger, made with the first of
 * them and removed with the last. The engine reports changes alone, and a restarted one may see none: the worker asks
 * after each reconnect, and drops an event that says the same again.
 */
import { DEFAULT_NAMESPACE, EngineFunctions, EngineTriggers } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { Emitter } from '../../../std/async/emitter.js'
import type { TriggerFunction } from '../calls/trigger-request.js'
import { checkFunction } from '../check.js'
import { isHidden, type FunctionInfo } from './discovery.js'
import type { FunctionRef } from '../functions/functions.js'
import type { Barrier } from '../lifecycle/barrier.js'
import type { Link, LinkPart } from '../link.js'
import type { Trigger } from '../triggers/triggers.js'
import type { NewsParts } from './worker-news.js'

/** Ends the subscription when called, unsubscribed or disposed. */
export type FunctionsAvailableGuard = (() => void) & { unsubscribe(): void; [Symbol.dispose](): void }

/** The parts of a worker that the reports stand on. */
export interface FunctionsAvailableParts extends NewsParts {
  readonly link: Link
  readonly barrier: Barrier
  readonly ownTrigger: TriggerFunction
}

interface Bound {
  readonly ref: FunctionRef
  readonly trigger: Trigger
}

export class FunctionsAvailable implements LinkPart {
  readonly #parts: FunctionsAvailableParts
  readonly #listeners: Emitter<FunctionInfo[]>
  #bound: Bound | undefined
  /** Ids last reported on the present link. */
  #reported: string | undefined

  constructor(parts: FunctionsAvailableParts) {
    this.#parts = parts
    this.#listeners = new Emitter((error) => {
      parts.report({ kind: 'callback_failed', error })
    })
  }

  connected(): void {
    this.#reported = undefined
    if (this.#bound !== undefined && this.#parts.link.reconnects > 0) void this.#ask()
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

  #bind(): Bound {
    const { functions, random, triggers } = this.#parts
    // Unique per client: two workers of one namespace would otherwise fight over the id.
    const id = `iii-node::functions-available::${random.uuid()}`
    const ref = functions.register({ id, metadata: { internal: true } }, (payload: unknown) => {
      this.#report(payload)
      return Promise.resolve(null)
    })
    const trigger = triggers.register({
      type: EngineTriggers.FUNCTIONS_AVAILABLE,
      function_id: id,
      config: {},
      trigger_namespace: DEFAULT_NAMESPACE,
    })
    return { ref, trigger }
  }

  async #ask(): Promise<void> {
    const { barrier, link, ownTrigger } = this.#parts
    const { number } = link
    const request = { function_id: EngineFunctions.LIST_FUNCTIONS, payload: { include_internal: true } }
    // The link may end meanwhile, and a guarded listener may deny the list.
    const listed: unknown = await barrier
      .pass()
      .then(() => ownTrigger(request))
      .catch(() => undefined)
    if (link.number === number) this.#report(listed)
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
