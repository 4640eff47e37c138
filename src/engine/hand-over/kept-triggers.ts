/**
 * Triggers that outlive their owner for a moment, because the function they call is on its way to the next worker: no
 * event and no request may fall between two owners. Each ends when an equal one takes its place, or at its limit.
 */
import type { Clock, Timer } from '../../std/time/clock.js'
import type { Trigger, TriggerRequest } from '../triggers/trigger.js'

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

  /** Keeps a trigger; of several equal ones the last. `end` runs once, when it is over. */
  keep(trigger: Trigger, forMs: number, end: () => void): void {
    const key = keyOf(trigger)
    this.#end(key)
    const timer = this.#clock.after(forMs, () => this.#end(key), 'background')
    this.#kept.set(key, { id: trigger.id, end, timer })
  }

  /** Ends the one that is equal to a trigger which is about to be bound, and one of the same id. */
  succeededBy(trigger: TriggerRequest): void {
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

/** Equal for triggers that make the same function run for the same reason. */
function keyOf({ triggerType, typeNamespace, namespace, functionId, config }: TriggerRequest): string {
  return JSON.stringify([triggerType, typeNamespace ?? null, namespace, functionId, config])
}

/** Whether two triggers make the same function run for the same reason. */
export function isEqual(one: TriggerRequest, other: TriggerRequest): boolean {
  return one.functionId === other.functionId && keyOf(one) === keyOf(other)
}
