/**
 * Keeps triggers of a released function until its next owner has bound its own, so that no event or request is lost in
 * between. Each ends when an equal one is bound, or at its time limit.
 */
import type { Clock, Timer } from '../../std/time/clock.js'
import type { Trigger, TriggerRegistration } from '../triggers/trigger.js'

interface Kept {
  readonly id: string
  readonly end: () => void
  readonly timer: Timer
}

export class KeptTriggers {
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Keeps a trigger; of several equal ones the last. `end` runs once, when it ends. */
  keep(trigger: Trigger, forMs: number, end: () => void): void {
    const key = keyOf(trigger)
    this.#end(key)
    const timer = this.#clock.after(forMs, () => this.#end(key), 'background')
    this.#kept.set(key, { id: trigger.id, end, timer })
  }

  /** Ends the kept trigger that is equal to one about to be bound, and one with the same id. */
  succeededBy(trigger: TriggerRegistration): void {
    if (this.#kept.size === 0) return
    this.#end(keyOf(trigger))
    for (const [key, { id }] of this.#kept) if (id === trigger.id) this.#end(key)
  }

  /** Ends all of them. */
  endAll(): void {
    for (const key of this.#kept.keys()) this.#end(key)
  }

  #end(key: string): void {
    const kept = this.#kept.get(key)
    if (kept === undefined) return
    this.#kept.delete(key)
    kept.timer.cancel()
    kept.end()
  }
}

/** Equal for triggers that run the same function for the same event. */
function keyOf({ triggerType, typeNamespace, namespace, functionId, config }: TriggerRegistration): string {
  return JSON.stringify([triggerType, typeNamespace ?? null, namespace, functionId, config])
}

/** Whether two triggers run the same function for the same event. */
export function isEqual(one: TriggerRegistration, other: TriggerRegistration): boolean {
  return one.functionId === other.functionId && keyOf(one) === keyOf(other)
}
