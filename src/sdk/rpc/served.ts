/**
 * The invocations this process serves. Tells when it is idle, and aborts what runs when nobody waits for it any more.
 * Knows no handlers and no frames.
 */
import { deferred, type Deferred } from '../../std/async/deferred.js'

/** What an invocation is known by. */
export interface ServedIds {
  readonly function_id: string
  readonly invocation_id: string
}

/** One invocation being served. Its signal is made when first asked for, since most handlers never do. */
export class Served {
  /** Which link delivered it; its result is of use on that link only. */
  readonly link: number
  readonly #ids: ServedIds
  /** As the caller of `begin` measures time. */
  readonly beganAt: number
  /** At which tick of the watch its handler began; undefined while it waits, and once it was reported as slow. */
  startedTick: number | undefined
  #controller: AbortController | undefined
  #abortReason: { readonly reason: unknown } | undefined

  constructor(link: number, ids: ServedIds, beganAt: number) {
    this.link = link
    this.#ids = ids
    this.beganAt = beganAt
  }

  get functionId(): string {
    return this.#ids.function_id
  }

  get invocationId(): string {
    return this.#ids.invocation_id
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason.reason)
    }
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#abortReason ??= { reason }
    this.#controller?.abort(reason)
  }
}

export class ServedInvocations {
  readonly #running = new Set<Served>()
  #total = 0
  #idle: Deferred<void> | undefined

  /** Every invocation that has arrived and is not answered. */
  get all(): Iterable<Served> {
    return this.#running
  }

  get running(): number {
    return this.#running.size
  }

  get total(): number {
    return this.#total
  }

  begin(link: number, ids: ServedIds, beganAt = 0): Served {
    const served = new Served(link, ids, beganAt)
    this.#running.add(served)
    this.#total += 1
    return served
  }

  /** Ends one invocation; false when it had ended before. */
  finish(served: Served): boolean {
    if (!this.#running.delete(served)) return false
    if (this.#running.size === 0) {
      this.#idle?.resolve()
      this.#idle = undefined
    }
    return true
  }

  /** Aborts the signal of everything that runs; the handlers themselves decide when to stop. */
  abortAll(reason: unknown): void {
    for (const served of this.#running) served.abort(reason)
  }

  /** Resolves once nothing runs. */
  idle(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve()
    this.#idle ??= deferred()
    return this.#idle.promise
  }
}
