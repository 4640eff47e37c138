/**
 * The addresses of an engine, and when each may be dialled again. After a failure the next address follows that may be
 * dialled first. Each has its own backoff; a refusal of the credentials has a slower one. Pure: knows no sockets.
 */
import { backoffDelayMs, type BackoffPolicy } from '../../std/time/backoff.js'
import type { Random } from '../../std/random.js'
import type { Closed } from '../../wire/transport/transport.js'
import type { ConnectionOptions } from './options.js'
import { wasStable, type Dialling, type Open } from './state.js'

/**
 * Delays after a 401 or 403, or a 407 of a proxy: credentials do not become valid by trying often, and services lock out clients that do.
 * A judgement: slow enough for that, and short enough to wait for after a renewal.
 */
const REFUSED_BACKOFF: BackoffPolicy = {
  initialDelayMs: 5_000,
  maxDelayMs: 60_000,
  backoffMultiplier: 2,
  jitterFactor: 0.3,
}

interface Place {
  readonly url: string
  /** Dials and connections that ended in a row. */
  retries: number
  /** Refusals of the credentials in a row. */
  refusals: number
  /** Not dialled before. */
  freeAt: number
}

export class Addresses {
  readonly #places: readonly Place[]
  readonly #options: ConnectionOptions
  readonly #random: Random
  #at = 0

  constructor(options: ConnectionOptions, random: Random) {
    this.#places = options.addresses.map((url) => ({ url, retries: 0, refusals: 0, freeAt: 0 }))
    this.#options = options
    this.#random = random
  }

  /** The address in use, or dialled next. */
  get current(): string {
    return this.#place.url
  }

  /** Moves on after the end of a dial or a connection. Returns the delay before the next dial; undefined if there is none. */
  delayAfter(closed: Closed, state: Dialling | Open, now: number): number | undefined {
    this.#failed(closed, state, now)
    if (this.#places.every(({ retries }) => retries > this.#options.maxRetries)) return undefined
    return state.kind === 'open' && state.isEndExpected ? 0 : this.#next(now)
  }

  #failed({ status }: Closed, state: Dialling | Open, now: number): void {
    const place = this.#place
    const isRefused = status === 401 || status === 403 || status === 407
    place.retries = wasStable(state, now) ? 1 : place.retries + 1
    place.refusals = isRefused ? place.refusals + 1 : 0
    const [policy, count] = isRefused ? [REFUSED_BACKOFF, place.refusals] : [this.#options.backoff, place.retries]
    place.freeAt = now + backoffDelayMs(policy, count, this.#random)
  }

  /** Moves to the address that may be dialled first, and returns the delay until then. */
  #next(now: number): number {
    const count = this.#places.length
    const order = this.#places.map((_, step) => (this.#at + step + 1) % count)
    const delays = order.map((index) => Math.max(0, (this.#places[index]?.freeAt ?? 0) - now))
    const delayMs = Math.min(...delays)
    this.#at = order[delays.indexOf(delayMs)] ?? this.#at
    return delayMs
  }

  get #place(): Place {
    const place = this.#places[this.#at]
    if (place === undefined) throw new Error('A connection needs an address')
    return place
  }
}
