/** Stores connected workers by id and applies changes to them. Independent of the kind of connection. */
import { timingSafeEqual } from 'node:crypto'
import type { MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import { Emitter, type Unsubscribe } from '../../std/async/emitter.js'
import type { Log } from '../../std/log.js'
import type { Peer } from '../links/peer.js'
import type { Announcement } from './worker-identity.js'

/** Amounts that wait on the way to and from a worker. */
export interface Backlog {
  readonly unreadBytes: number
  readonly isPaused: boolean
  readonly heldFrames: number
}

/** A connected worker from the view of its own connection. */
export interface Member extends Peer {
  /** Proves that a later connection comes from the same process. */
  readonly reattachToken: string
  readonly backlog: Backlog
  /**
   * Handles a worker registration.
   * @returns false if another worker owns its name; the worker is notified and closed.
   * @throws {InvocationError} INVALID_NAMESPACE or FORBIDDEN.
   */
  announce(input: Announcement): boolean
  /** Takes over from an earlier connection of the same process, which is about to end. */
  succeed(previous: Member): void
  /** Cuts the connection at once, without a close frame. */
  retire(): void
  /** Ends the connection with a closing handshake. */
  close(): void
}

export interface WorkerEvent {
  readonly event: 'worker_connected' | 'worker_metadata_updated' | 'worker_disconnected'
  readonly worker_id: string
}

export class Sessions {
  readonly #members = new Map<string, Member>()
  readonly #events: Emitter<WorkerEvent>
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
    this.#events = new Emitter((error) => {
      log.error({ error }, 'A listener of worker events failed')
    })
  }

  get size(): number {
    return this.#members.size
  }

  get(id: string): Member | undefined {
    return this.#members.get(id)
  }

  all(): Iterable<Member> {
    return this.#members.values()
  }

  onEvent(listener: (event: WorkerEvent) => void): Unsubscribe {
    return this.#events.on(listener)
  }

  add(member: Member): void {
    this.#members.set(member.id, member)
    this.#events.emit({ event: 'worker_connected', worker_id: member.id })
  }

  updated(member: Member): void {
    this.#events.emit({ event: 'worker_metadata_updated', worker_id: member.id })
  }

  remove(member: Member): void {
    if (this.#members.delete(member.id)) this.#events.emit({ event: 'worker_disconnected', worker_id: member.id })
  }

  /**
   * Ends the previous connection of the same process, so that its names are free. An unknown id or a wrong token has no
   * effect.
   */
  reattach(member: Member, message: MessageNamed<WorkerMessage, 'reattach'>): void {
    const previous = this.#members.get(message.previous_worker_id)
    if (previous === undefined || previous === member || !matches(previous.reattachToken, message.reattach_token)) {
      this.#log.warn({ workerId: member.id }, 'A reattach was ignored: unknown worker or wrong token')
      return
    }
    member.succeed(previous)
    previous.retire()
  }
}

/** Compared in constant time, so that a token cannot be guessed byte by byte. Both are UUIDs and equally long. */
function matches(expected: string, given: string): boolean {
  return timingSafeEqual(Buffer.from(expected), Buffer.from(given.toLowerCase()))
}
