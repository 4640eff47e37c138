/**
 * Calls that workers were asked to do and have not answered, by id and by worker. One call per id: a newer one under
 * the same id ends the older.
 */
import type { Peer, PendingCall } from '../links/peer.js'

export class PendingCalls {
  readonly #byId = new Map<string, PendingCall>()

  get size(): number {
    return this.#byId.size
  }

  /** Notes a call; answers with the one that had its id. */
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

  /** Takes the call of an id out. */
  take(invocationId: string): PendingCall | undefined {
    const call = this.#byId.get(invocationId)
    if (call === undefined) return undefined
    this.#byId.delete(invocationId)
    call.callee.serving.delete(call)
    return call
  }

  /** Forgets the call of an id, whose caller has given up. */
  cancel(invocationId: string): void {
    this.take(invocationId)
  }

  /** Takes a call out if it is still the one of its id. */
  remove(call: PendingCall): boolean {
    if (this.#byId.get(call.invocationId) !== call) return false
    this.#byId.delete(call.invocationId)
    call.callee.serving.delete(call)
    return true
  }

  /** Takes out everything one worker was asked to do. */
  takeAllOf(callee: Peer): PendingCall[] {
    const calls = [...callee.serving]
    for (const call of calls) this.#byId.delete(call.invocationId)
    callee.serving.clear()
    return calls
  }
}
