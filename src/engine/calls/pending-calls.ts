/**
 * Tracks calls that workers have received and not answered, by id and by worker. A call with an id in use replaces the
 * earlier one.
 */
import type { Peer, PendingCall } from '../links/peer.js'

export class PendingCalls {
  readonly #byId = new Map<string, PendingCall>()

  get size(): number {
    return this.#byId.size
  }

  /** Adds a call; returns the one that had its id. */
  add(call: PendingCall): PendingCall | undefined {
    const replaced = this.#byId.get(call.invocationId)
    if (replaced !== undefined) replaced.callee.serving.delete(replaced)
    this.#byId.set(call.invocationId, call)
    call.callee.serving.add(call)
    return replaced
  }

  get(invocationId: string): PendingCall | undefined {
    return this.#byId.get(invocationId)
  }

  /** Removes and returns the call with an id. */
  take(invocationId: string): PendingCall | undefined {
    const call = this.#byId.get(invocationId)
    if (call === undefined) return undefined
    this.#byId.delete(invocationId)
    call.callee.serving.delete(call)
    return call
  }

  /** Removes the call with an id whose caller stopped waiting. */
  cancel(invocationId: string): void {
    this.take(invocationId)
  }

  /** Removes a call if it still has its id. */
  remove(call: PendingCall): boolean {
    if (this.#byId.get(call.invocationId) !== call) return false
    this.#byId.delete(call.invocationId)
    call.callee.serving.delete(call)
    return true
  }

  /** Removes and returns all calls that one worker is serving. */
  takeAllOf(callee: Peer): PendingCall[] {
    const calls = [...callee.serving]
    for (const call of calls) this.#byId.delete(call.invocationId)
    callee.serving.clear()
    return calls
  }
}
