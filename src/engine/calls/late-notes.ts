/**
 * Pending calls of an engine that sends a call first and records it later (`lateNotes`). Every n-th call is unknown for
 * a moment, so that an answer in that time is dropped.
 */
import type { Clock, Timer } from '../../std/time/clock.js'
import type { Peer, PendingCall } from '../links/peer.js'
import { PendingCalls } from './pending-calls.js'
import type { EngineQuirks } from '../quirks.js'

interface LateNotes {
  readonly clock: Clock
  readonly every: number
  readonly delayMs: number
}

/** The pending calls of an engine with these quirks. */
export function pendingCallsFor({ clock, quirks }: { clock: Clock; quirks: EngineQuirks }): PendingCalls {
  return quirks.lateNotes === undefined ? new PendingCalls() : new LatePendingCalls({ clock, ...quirks.lateNotes })
}

class LatePendingCalls extends PendingCalls {
  readonly #options: LateNotes
  readonly #unnoted = new Map<PendingCall, Timer>()
  #count = 0

  constructor(options: LateNotes) {
    super()
    this.#options = options
  }

  override add(call: PendingCall): PendingCall | undefined {
    const { clock, every, delayMs } = this.#options
    this.#count += 1
    if (this.#count % every !== 0) return super.add(call)
    const timer = clock.after(
      delayMs,
      () => {
        this.#unnoted.delete(call)
        super.add(call)
      },
      'background',
    )
    this.#unnoted.set(call, timer)
    return undefined
  }

  override cancel(invocationId: string): void {
    for (const call of this.#unnoted.keys()) if (call.invocationId === invocationId) this.#forget(call)
    super.cancel(invocationId)
  }

  override remove(call: PendingCall): boolean {
    return this.#forget(call) || super.remove(call)
  }

  override takeAllOf(callee: Peer): PendingCall[] {
    const unnoted = [...this.#unnoted.keys()].filter((call) => call.callee === callee && this.#forget(call))
    return [...super.takeAllOf(callee), ...unnoted]
  }

  #forget(call: PendingCall): boolean {
    this.#unnoted.get(call)?.cancel()
    return this.#unnoted.delete(call)
  }
}
