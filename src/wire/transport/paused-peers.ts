/**
 * Sockets that are not read from. An end of file behind unread bytes is not reported by the operating system, so a peer
 * that is gone would keep its socket until reading goes on. A socket that stays paused is therefore probed at intervals.
 * Knows nothing of how a probe works.
 */
import type { Clock } from '../../std/time/clock.js'

/** A socket that may be probed. */
export interface PausedPeer {
  /** Looks for the end of the peer without handing over what it sent. */
  probe(): void
}

/** A socket is probed after one whole interval, then at each: a peer that is gone is found by the second probe. */
const PROBE_INTERVAL_MS = 1_500

export class PausedPeers {
  readonly #clock: Clock
  /** Each with the intervals that began since it was paused. */
  readonly #peers = new Map<PausedPeer, number>()
  #isTicking = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Nothing is read from a socket from now on; does nothing for one that is paused already. */
  add(peer: PausedPeer): void {
    if (!this.#peers.has(peer)) this.#peers.set(peer, 0)
    if (!this.#isTicking) this.#nextTick()
  }

  /** A socket is read from again, or has ended. */
  delete(peer: PausedPeer): void {
    this.#peers.delete(peer)
  }

  #nextTick(): void {
    this.#isTicking = true
    this.#clock.after(PROBE_INTERVAL_MS, () => this.#tick(), 'background')
  }

  #tick(): void {
    this.#isTicking = false
    for (const [peer, intervals] of this.#peers) {
      this.#peers.set(peer, intervals + 1)
      if (intervals > 0) peer.probe()
    }
    if (this.#peers.size > 0) this.#nextTick()
  }
}
