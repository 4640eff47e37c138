/**
 * The invocations this process serves. Reports when it is idle, and aborts handlers whose result is no longer awaited.
 * Independent of handlers and frames. A page takes the smaller of the two classes.
 */
import { deferred, type Deferred } from '../../std/async/deferred.js'

/** Identifies an invocation. */
export interface ServedIds {
  readonly function_id: string
  readonly invocation_id: string
}

/** One invocation being served. Its signal is created on first use, since most handlers do not use it. */
export class Served {
  /** The connection that delivered it; its result is valid on that connection only. */
  readonly link: number
  readonly #ids: ServedIds
  /** On the clock of the caller of `begin`. */
  readonly beganAt: number
  /** The watch tick at which its handler began; undefined while it waits, and once it was reported as slow. */
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

/** Invocations that have arrived and are not answered. */
export class OpenInvocations {
  protected readonly open = new Set<Served>()

  /** @param link the connection that delivered it. */
  begin(link: number, ids: ServedIds, beganAt = 0): Served {
    const served = new Served(link, ids, beganAt)
    this.open.add(served)
    return served
  }

  /** Ends one invocation; false if it had ended before. */
  finish(served: Served): boolean {
    return this.open.delete(served)
  }

  /** Aborts the signals of all running handlers; the handlers decide when to stop. */
  abortAll(reason: unknown): void {
    for (const served of this.open) served.abort(reason)
  }
}

/** The same for a client that drains and counts. */
export class ServedInvocations extends OpenInvocations {
  #total = 0
  #idle: Deferred<void> | undefined

  /** Every invocation that has arrived and is not answered. */
  get all(): Iterable<Served> {
    return this.open
  }

  get running(): number {
    return this.open.size
  }

  get total(): number {
    return this.#total
  }

  override begin(link: number, ids: ServedIds, beganAt?: number): Served {
    this.#total += 1
    return super.begin(link, ids, beganAt)
  }

  override finish(served: Served): boolean {
    if (!super.finish(served)) return false
    if (this.open.size === 0) {
      this.#idle?.resolve()
      this.#idle = undefined
    }
    return true
  }

  /** Resolves once no handler runs. */
  idle(): Promise<void> {
    if (this.open.size === 0) return Promise.resolve()
    this.#idle ??= deferred()
    return this.#idle.promise
  }
}
