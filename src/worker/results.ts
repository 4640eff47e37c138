/**
 * Answers on their way to the engine. An answer belongs to the link that delivered its call: finished while the link
 * is down it goes out first on the next one, before the engine is told to retire the old link; later it is of no use
 * to anybody and is counted.
 */
import { BoundedQueue, type QueueCaps } from '../std/bounded-queue.js'
import type { Clock } from '../std/clock.js'
import type { Posted } from '../connection/connection.js'
import type { Letter } from '../connection/outbox.js'

/** What answering needs. */
export interface ResultPorts {
  readonly clock: Clock
  readonly link: () => { readonly number: number; readonly isOpen: boolean }
  readonly post: (frame: string, letter: Letter) => Posted
  readonly onDropped: (reason: string) => void
}

export class Results {
  readonly #ports: ResultPorts
  readonly #finished: BoundedQueue<string>
  readonly #letter: Letter
  #dropped = 0

  constructor(ports: ResultPorts, caps: QueueCaps) {
    this.#ports = ports
    this.#finished = new BoundedQueue(caps)
    this.#letter = {
      written: () => undefined,
      expired: () => {
        this.#drop('an answer waited too long for the connection')
      },
    }
  }

  get dropped(): number {
    return this.#dropped
  }

  /** Sends the answer to a call that came on link `link`. */
  send(frame: string, link: number): void {
    const now = this.#ports.link()
    if (now.number !== link) {
      this.#drop('an answer came after its connection had been replaced; the engine has told the caller')
    } else if (now.isOpen) {
      if (typeof this.#ports.post(frame, this.#letter) === 'object') this.#drop('too many messages wait already')
    } else if (this.#finished.push(frame, frame.length, this.#ports.clock.now()) !== undefined) {
      this.#drop('too many answers wait for a connection')
    }
  }

  /** Hands over what was finished while the link was down. */
  flush(send: (frame: string) => void): void {
    for (const frame of this.#finished.drain()) send(frame)
  }

  clear(): void {
    this.#finished.drain()
  }

  #drop(reason: string): void {
    this.#dropped += 1
    this.#ports.onDropped(reason)
  }
}
