/**
 * Holds calls that wait for a function, within limits on their number and the size of their payloads. Each call is
 * looked up again exactly once, or removed. Does not decide when or for how long to hold.
 */
import { weightOf } from '../../std/json/weight.js'
import type { RoutedCall } from '../calls/routed-call.js'

/** Maximum calls held at once. */
const MAX_CALLS = 10_000
/** Approximate maximum of the characters of their payloads. One payload of any size fits if nothing else is held. */
const MAX_WEIGHT = 64 * 1024 * 1024

interface Held {
  readonly weight: number
  /** The list it waits in. Removing that list removes the call. */
  readonly among: Set<RoutedCall>
  readonly again: () => void
}

export class HeldCalls {
  readonly #held = new Map<RoutedCall, Held>()
  #weight = 0

  get size(): number {
    return this.#held.size
  }

  /** Adds a call at the end of its list; false if a limit is exceeded. */
  add(call: RoutedCall, among: Set<RoutedCall>, again: () => void): boolean {
    const weight = weightOf(call.data) + (call.text?.length ?? 0)
    const isFull = this.#held.size >= MAX_CALLS || this.#weight + weight > MAX_WEIGHT
    if (isFull && this.#held.size > 0) return false
    this.#held.set(call, { weight, among, again })
    this.#weight += weight
    among.add(call)
    return true
  }

  /** Looks up the functions of all calls in a list again, in order of arrival. */
  release(list: Set<RoutedCall>): void {
    for (const call of list) this.#take(call)?.again()
  }

  /** Removes a call whose caller stopped waiting; does nothing if it is not held. */
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
