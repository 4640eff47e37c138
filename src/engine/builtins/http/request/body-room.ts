/**
 * Reads JSON bodies whole, within a limit on the bytes of all of them. A body counts by what has arrived, from its first byte
 * to the end of its request. When the limit is reached, bodies are not read further, except the oldest once nothing else can
 * free bytes. A body that stops arriving while others wait is given up. Small bodies are exempt.
 */
import type { IncomingMessage } from 'node:http'
import { deferred } from '../../../../std/async/deferred.js'
import type { Clock, Timer } from '../../../../std/time/clock.js'
import type { Exchange } from '../exchange.js'

/** Bytes of all bodies. */
const MAX_BYTES = 64 * 1024 * 1024
/** A body up to this size is exempt. */
const FREE_BYTES = 64 * 1024
/** How often the progress of bodies is checked while others wait. */
const PROGRESS_CHECK_MS = 5_000
/** Bytes that a body has to gain between two checks. */
const MIN_PROGRESS_BYTES = 64 * 1024

/** A whole body, or why there is none. */
export type CollectedBody = Buffer | 'too-large' | 'too-slow'

interface Body {
  readonly request: IncomingMessage
  readonly isExempt: boolean
  readonly chunks: Buffer[]
  /** Bytes that count towards the limit. */
  bytes: number
  /** Bytes that arrived since the last check. */
  gained: number
  state: 'reading' | 'waiting' | 'read'
  readonly onData: (chunk: Buffer) => void
  readonly resolve: (body: CollectedBody) => void
}

export class BodyRoom {
  readonly #clock: Clock
  /** Of all requests that have not ended, oldest first. */
  readonly #bodies = new Set<Body>()
  #bytes = 0
  #check: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Collects a body. The rest of one that is too large or too slow is left unread.
   * @param announcedBytes its size as the client announced it, or the most that it may have.
   */
  read(exchange: Exchange, { announcedBytes, maxBytes }: BodySizes): Promise<CollectedBody> {
    const { request } = exchange
    const { promise, resolve, reject } = deferred<CollectedBody>()
    const onData = (chunk: Buffer): void => {
      body.bytes += chunk.length
      body.gained += chunk.length
      this.#bytes += chunk.length
      body.chunks.push(chunk)
      if (body.bytes > maxBytes) this.#settle(body, 'too-large')
      else if (this.#bytes >= MAX_BYTES) this.#update()
    }
    const body: Body = {
      request,
      isExempt: announcedBytes <= FREE_BYTES,
      chunks: [],
      bytes: 0,
      gained: 0,
      state: 'reading',
      onData,
      resolve,
    }
    exchange.onOver(() => {
      this.#forget(body)
      this.#update()
    })
    this.#bodies.add(body)
    request
      .on('data', onData)
      .once('end', () => {
        if (body.state !== 'read') this.#settle(body, Buffer.concat(body.chunks))
      })
      .once('error', reject)
      .once('close', () => reject(new Error('The client disconnected in the middle of its request')))
    this.#update()
    return promise
  }

  #settle(body: Body, collected: CollectedBody): void {
    body.state = 'read'
    body.chunks.length = 0
    body.request.off('data', body.onData)
    if (typeof collected === 'string') body.request.pause()
    const isKept = typeof collected !== 'string' && collected.length > FREE_BYTES
    if (!isKept) this.#forget(body)
    this.#update()
    body.resolve(collected)
  }

  #forget(body: Body): void {
    if (this.#bodies.delete(body)) this.#bytes -= body.bytes
  }

  /** Decides which bodies are read. */
  #update(): void {
    let isOldest = ![...this.#bodies].some(({ state }) => state === 'read')
    let isAnyWaiting = false
    for (const body of this.#bodies) {
      if (body.state === 'read') continue
      const isRead = body.isExempt || this.#bytes < MAX_BYTES || isOldest
      isOldest = false
      isAnyWaiting ||= !isRead
      if (isRead === (body.state === 'reading')) continue
      body.state = isRead ? 'reading' : 'waiting'
      body.gained = 0
      if (isRead) body.request.resume()
      else body.request.pause()
    }
    if (isAnyWaiting) this.#check ??= this.#clock.after(PROGRESS_CHECK_MS, this.#giveUpSlow, 'background')
    else this.#check?.cancel()
    if (!isAnyWaiting) this.#check = undefined
  }

  readonly #giveUpSlow = (): void => {
    this.#check = undefined
    const slow = [...this.#bodies].filter(({ state, gained }) => state === 'reading' && gained < MIN_PROGRESS_BYTES)
    for (const body of this.#bodies) body.gained = 0
    for (const body of slow) this.#settle(body, 'too-slow')
    this.#update()
  }
}

interface BodySizes {
  readonly announcedBytes: number
  readonly maxBytes: number
}
