/**
 * Probes sockets that are not read. The operating system does not report an end of file behind unread bytes, so a
 * disconnected peer would keep its socket until reading resumes. A socket that stays paused is therefore probed at
 * intervals. Knows nothing of how a probe works.
 */
import type { Clock } from '../../std/time/clock.js'

/** A socket that can be probed. */
export interface PausedPeer {
  /** Checks whether the peer has ended, without delivering its data. */
  probe(): void
}

/** A socket is probed after one whole interval, then at each: the second probe detects a disconnected peer. */
const PROBE_INTERVAL_MS = 1_500

export class PausedPeers {
  readonly #clock: Clock
  /** Each with the number of intervals since it was paused. */
  readonly #peers = new Map<PausedPeer, number>()
  #isTicking = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Reading from a socket stops; does nothing if it is paused already. */
  add(peer: PausedPeer): void {
    if (!this.#peers.has(peer)) this.#peers.set(peer, 0)
    if (!this.#isTicking) this.#nextTick()
  }

  /** Reading from a socket resumes, or the socket has ended. */
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
