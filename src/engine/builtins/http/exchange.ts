/**
 * One request from its arrival to the end of its response. It ends early when the client leaves or its time is over;
 * whatever waits on its behalf is told, and whatever it holds is released exactly once. Knows nothing of routes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, Timer } from '../../../std/time/clock.js'

/** Time a client has to finish sending a body nobody reads any more, before its connection is cut. */
const LINGER_MS = 5_000

/** Why an exchange ended before its response began. */
export type EndKind = 'client-left' | 'deadline'

/** What everything that waits on behalf of a request is told when the request ends. */
export class ExchangeEnded extends Error {
  readonly kind: EndKind

  constructor(kind: EndKind) {
    super(kind === 'deadline' ? 'The request took too long' : 'The client left')
    this.name = 'ExchangeEnded'
    this.kind = kind
  }
}

/** Node's two halves of a request. */
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

  /** Why the request ended early; `undefined` while it has not. */
  get endedBy(): EndKind | undefined {
    return this.#ended?.kind
  }

  /** Aborts when the request is over, for calls made on its behalf. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /**
   * Waits for work, but not past the end of the request.
   * @throws {ExchangeEnded} when the request ends first; the work is left to itself.
   */
  during<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // Waiters are kept by hand: racing against one long-lived promise would keep every item of a long stream alive.
      if (this.#ended === undefined) this.#waiting.add(reject)
      else reject(this.#ended)
      void work.then(resolve, reject).finally(() => this.#waiting.delete(reject))
    })
  }

  /** Says that the connection is gone. */
  abandon(): void {
    this.#end('client-left')
  }

  /** Lets the response take as long as it needs. */
  stopDeadline(): void {
    this.#deadline.cancel()
  }

  /** Has something released when the request is over, however it ends. */
  onOver(release: () => void): void {
    this.#releases.push(release)
  }

  /** Ends the exchange: its response has been handed over, or there is nobody left to respond to. */
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

  /** Takes the unread rest of the body off the wire, so that the connection can serve the next request. */
  #discardRest(): void {
    const { request, response } = this
    request.unpipe()
    request.resume()
    if (request.complete || request.socket.destroyed) return
    if (response.writableFinished) this.#linger()
    else response.once('finish', () => this.#linger())
  }

  /** Cutting at once would take the response away from a client that is still sending. */
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
    // Node stops telling a request of its connection once the response has gone out.
    request.once('end', settle)
    socket.once('close', settle)
  }
}
