/**
 * Calls that wait for a function to come back, within caps over all functions on their number and the size of their
 * payloads. Knows neither why they wait nor for how long; each is looked at again exactly once, or forgotten.
 */
import { weightOf } from '../../std/json/weight.js'
import type { RoutedCall } from '../calls/routed-call.js'

/** Calls that may wait at once. */
const MAX_CALLS = 10_000
/** Characters of their payloads, about. One payload of any size fits when nothing else waits. */
const MAX_WEIGHT = 64 * 1024 * 1024

interface Held {
  readonly weight: number
  /** The list it waits in; whoever takes that list takes the call. */
  readonly among: Set<RoutedCall>
  readonly again: () => void
}

export class HeldCalls {
  readonly #held = new Map<RoutedCall, Held>()
  #weight = 0

  get size(): number {
    return this.#held.size
  }

  /** Keeps a call, last in its list; false when it is one too many. */
  add(call: RoutedCall, among: Set<RoutedCall>, again: () => void): boolean {
    const weight = weightOf(call.data)
    const isFull = this.#held.size >= MAX_CALLS || this.#weight + weight > MAX_WEIGHT
    if (isFull && this.#held.size > 0) return false
    this.#held.set(call, { weight, among, again })
    this.#weight += weight
    among.add(call)
    return true
  }

  /** Looks at every call of a list again, in the order they came. */
  release(list: Set<RoutedCall>): void {
    for (const call of list) this.#take(call)?.again()
  }

  /** Lets go of a call that nobody waits for any more; does nothing when it is not held. */
  forget(call: RoutedCall): void {
    this.#take(call)
  }

  #take(call: RoutedCall): Held | undefined {
    const held = this.#held.get(call)
    if (held === undefined) return undefined
    this.#held.delete(call)
    held.among.delete(call)
    this.#weight -= held.weight
    return held
  }
}
