/**
 * Tracks one HTTP request from its arrival to the end of its response. It ends early when the client disconnects or the
 * time limit expires. Pending work then rejects, and resources are released exactly once. Knows nothing of routes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, Timer } from '../../../std/time/clock.js'

/** Time limit for a client to finish sending a body that is no longer read, before its connection is cut. */
const LINGER_MS = 5_000

/** Why a request ended before its response began. */
export type EndKind = 'client-left' | 'deadline'

/** The rejection of work that is pending for a request when the request ends. */
export class ExchangeEnded extends Error {
  readonly kind: EndKind

  constructor(kind: EndKind) {
    super(kind === 'deadline' ? 'The request took too long' : 'The client disconnected')
    this.name = 'ExchangeEnded'
    this.kind = kind
  }
}

/** The request and the response of Node. */
export interface HttpPair {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #clock: Clock
  readonly #abort = new AbortController()
  readonly #waiting = new Set<(reason: ExchangeEnded) => void>()
  readonly #releases: (() => void)[] = []
  readonly #deadline: Timer
  #ended: ExchangeEnded | undefined

  constructor({ request, response }: HttpPair, clock: Clock, timeoutMs: number) {
    this.request = request
    this.response = response
    this.#clock = clock
    this.#deadline = clock.after(timeoutMs, () => this.#end('deadline'))
  }

  /** Why the request ended early; `undefined` if it has not. */
  get endedBy(): EndKind | undefined {
    return this.#ended?.kind
  }

  /** Aborts when the request ends, for calls made on its behalf. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /**
   * Waits for work, at most until the request ends.
   * @throws {ExchangeEnded} when the request ends first; the work continues, and its result is ignored.
   */
  during<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // Waiters are tracked explicitly: racing against one long-lived promise would retain every item of a long stream.
      if (this.#ended === undefined) this.#waiting.add(reject)
      else reject(this.#ended)
      void work.then(resolve, reject).finally(() => this.#waiting.delete(reject))
    })
  }

  /** Marks the connection as lost. */
  abandon(): void {
    this.#end('client-left')
  }

  /** Removes the time limit, so that the response may take any time. */
  stopDeadline(): void {
    this.#deadline.cancel()
  }

  /** Registers a callback that releases a resource when the request ends. */
  onOver(release: () => void): void {
    this.#releases.push(release)
  }

  /** Ends the request: its response has been sent, or the client has disconnected. */
  finish(): void {
    this.stopDeadline()
    for (const release of this.#releases.splice(0)) release()
    this.#abort.abort()
    this.#discardRest()
  }

  #end(kind: EndKind): void {
    if (this.#ended !== undefined) return
    this.#ended = new ExchangeEnded(kind)
    this.#deadline.cancel()
    this.#abort.abort(this.#ended)
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const reject of waiting) reject(this.#ended)
  }

  /** Reads and discards the rest of the body, so that the connection can serve the next request. */
  #discardRest(): void {
    const { request, response } = this
    request.unpipe()
    request.resume()
    if (request.complete || request.socket.destroyed) return
    if (response.writableFinished) this.#linger()
    else response.once('finish', () => this.#linger())
  }

  /** Cutting the connection at once would lose the response for a client that is still sending. */
  #linger(): void {
    const { request } = this
    if (request.complete) return
    const { socket } = request
    const timer = this.#clock.after(LINGER_MS, () => socket.destroy(), 'background')
    const settle = (): void => {
      timer.cancel()
      request.off('end', settle)
      socket.off('close', settle)
    }
    // Node emits no more events of the connection on the request once the response has been sent.
    request.once('end', settle)
    socket.once('close', settle)
  }
}
