/**
 * Hands functions over from one worker to the next. A worker is in line for a function if its registration was refused
 * and it is bound to `engine::workers-available`. When the owner releases the function, calls are held for a moment and
 * continue in order once a worker registers it. Knows nothing of routing. Functions with no worker in line are not
 * affected.
 */
import type { Clock, Timer } from '../../std/time/clock.js'
import type { Counters } from '../counters.js'
import { HeldCalls } from './held-calls.js'
import type { Peer } from '../links/peer.js'
import type { RoutedCall } from '../calls/routed-call.js'

/** Maximum time that calls of a released function are held. */
const HOLD_LIMIT_MS = 1_000
/** The same while a successor is announced, since its process has to start first. */
const SUCCESSOR_LIMIT_MS = 30_000

/** Identifies a function. */
export interface FunctionName {
  readonly namespace: string
  readonly id: string
}

/** The workers in line for one function. */
interface Line extends FunctionName {
  /** Each with its own id of the function. */
  readonly peers: Map<Peer, string>
  /** Set once the owner has released the function. */
  vacancy: Vacancy | undefined
  /** Whether a worker that is still to connect will register the function. */
  isExpected: boolean
}

interface Vacancy {
  readonly until: number
  /** The previous owner. */
  readonly former: Peer
  readonly calls: Set<RoutedCall>
  timer: Timer | undefined
}

export interface HandOverPorts {
  readonly clock: Clock
  readonly counters: Counters
  /** Maximum functions that one worker may be in line for. */
  readonly maxPerPeer: number
  /** Whether nothing is held or kept (`abruptHandOver`). */
  readonly isAbrupt: boolean
}

export class HandOver {
  readonly #ports: HandOverPorts
  readonly #calls = new HeldCalls()
  readonly #lines = new Map<string, Line>()
  readonly #linesOf = new Map<Peer, Set<Line>>()
  /** Workers that are notified when another worker changes or disconnects, and so register again. */
  readonly #listening = new Set<Peer>()
  /** Functions that a worker in line has registered recently. */
  readonly #moved = new Map<string, Vacancy>()

  #expectsSuccessor = false

  constructor(ports: HandOverPorts) {
    this.#ports = ports
  }

  /** Number of held calls. */
  get held(): number {
    return this.#calls.size
  }

  /** From now on, a worker that disconnects is followed by another that registers the same functions. */
  expectSuccessor(): void {
    this.#expectsSuccessor = true
  }

  /** The successor has registered its functions, or does not come. Functions that it left out are no longer held. */
  successorSettled(): void {
    this.#expectsSuccessor = false
    this.#moved.clear()
    for (const line of [...this.#lines.values()]) if (line.isExpected) this.#expectNoMore(line)
  }

  /**
   * A registration of a worker was refused, because another worker owns the function. `localId` is the worker's id of
   * it.
   * @returns whether the worker was not in line for it before.
   */
  refused(peer: Peer, { namespace, id }: FunctionName, localId: string): boolean {
    const own = this.#linesOf.get(peer) ?? new Set()
    if (this.#ports.isAbrupt || own.size >= this.#ports.maxPerPeer) return true
    const line = this.#lineOf({ namespace, id })
    const isNew = !line.peers.has(peer)
    line.peers.set(peer, localId)
    this.#linesOf.set(peer, own.add(line))
    return isNew
  }

  /** A worker is now notified of changes of other workers, so it waits for the functions it was refused. */
  listens(peer: Peer): void {
    this.#listening.add(peer)
  }

  /** A worker no longer registers the function; `id` is the worker's id of it. */
  withdrawn(peer: Peer, id: string): void {
    for (const line of this.#linesOf.get(peer) ?? []) if (line.peers.get(peer) === id) this.#leaveLine(peer, line)
  }

  /** The owner has released its functions. */
  givenUp(former: Peer, names: Iterable<FunctionName>): void {
    const isExpected = this.#expectsSuccessor
    if (this.#lines.size === 0 && this.#moved.size === 0 && !isExpected) return
    const until = this.#ports.clock.now() + (isExpected ? SUCCESSOR_LIMIT_MS : HOLD_LIMIT_MS)
    for (const name of names) {
      const key = keyOf(name)
      this.#moved.delete(key)
      if (isExpected) this.#lineOf(name).isExpected = true
      const line = this.#lines.get(key)
      if (line !== undefined) line.vacancy = { until, former, calls: new Set(), timer: undefined }
    }
  }

  /** A worker has registered a function. Held calls continue at once, before any later one. */
  taken(peer: Peer, name: FunctionName): void {
    const line = this.#lines.get(keyOf(name))
    if (line === undefined) return
    const { vacancy } = line
    line.vacancy = undefined
    line.isExpected = false
    this.#leaveLine(peer, line)
    this.#dropIfEmpty(line)
    if (vacancy === undefined) return
    this.#noteMoved(keyOf(name), vacancy)
    this.#end(vacancy)
  }

  /** Remaining time of the hand-over of a released function; 0 if there is none. */
  leftMs(former: Peer, name: FunctionName): number {
    if (this.#lines.size === 0 && this.#moved.size === 0) return 0
    const key = keyOf(name)
    const line = this.#lines.get(key)
    const vacancy = this.#moved.get(key) ?? (line !== undefined && this.#isAwaited(line) ? line.vacancy : undefined)
    return vacancy?.former === former ? Math.max(0, vacancy.until - this.#ports.clock.now()) : 0
  }

  /** A worker has disconnected, and its registrations have ended. */
  left(peer: Peer, owned: Iterable<FunctionName>): void {
    this.#listening.delete(peer)
    for (const line of this.#linesOf.get(peer) ?? []) this.#leaveLine(peer, line)
    this.givenUp(peer, owned)
  }

  /**
   * Holds a call to a function without an owner, if it is being handed over.
   * @param again looks up the function again: when it is registered, or when the time is over. Runs once.
   * @returns false if the call has to fail.
   */
  hold(call: RoutedCall, name: FunctionName, again: () => void): boolean {
    const line = this.#lines.size === 0 ? undefined : this.#lines.get(keyOf(name))
    const vacancy = line?.vacancy
    if (line === undefined || vacancy === undefined || !this.#isAwaited(line)) return false
    const leftMs = vacancy.until - this.#ports.clock.now()
    if (leftMs <= 0 || !this.#calls.add(call, vacancy.calls, again)) {
      if (leftMs > 0) this.#ports.counters.refused.callsInHandOver += 1
      return false
    }
    vacancy.timer ??= this.#ports.clock.after(leftMs, () => this.#giveUp(line), 'background')
    return true
  }

  /** Removes a held call whose caller stopped waiting; does nothing if it is not held. */
  forget(call: RoutedCall): void {
    this.#calls.forget(call)
  }

  #noteMoved(key: string, vacancy: Vacancy): void {
    const { clock } = this.#ports
    this.#moved.set(key, vacancy)
    const forget = (): void => {
      if (this.#moved.get(key) === vacancy) this.#moved.delete(key)
    }
    clock.after(vacancy.until - clock.now(), forget, 'background')
  }

  #isAwaited({ peers, isExpected }: Line): boolean {
    if (isExpected) return true
    for (const peer of peers.keys()) if (this.#listening.has(peer)) return true
    return false
  }

  #leaveLine(peer: Peer, line: Line): void {
    if (!line.peers.delete(peer)) return
    const own = this.#linesOf.get(peer)
    own?.delete(line)
    if (own?.size === 0) this.#linesOf.delete(peer)
    this.#dropIfEmpty(line)
    if (!this.#isAwaited(line)) this.#giveUp(line)
  }

  #lineOf({ namespace, id }: FunctionName): Line {
    const key = keyOf({ namespace, id })
    const present = this.#lines.get(key)
    if (present !== undefined) return present
    const line: Line = { namespace, id, peers: new Map(), vacancy: undefined, isExpected: false }
    this.#lines.set(key, line)
    return line
  }

  #expectNoMore(line: Line): void {
    line.isExpected = false
    this.#dropIfEmpty(line)
    if (!this.#isAwaited(line)) this.#giveUp(line)
  }

  #dropIfEmpty(line: Line): void {
    if (line.peers.size === 0 && !line.isExpected) this.#lines.delete(keyOf(line))
  }

  /** No worker registered the function in time. */
  #giveUp(line: Line): void {
    const { vacancy } = line
    if (vacancy === undefined) return
    line.vacancy = undefined
    if (line.isExpected) this.#expectNoMore(line)
    this.#ports.counters.refused.callsInHandOver += vacancy.calls.size
    this.#end(vacancy)
  }

  #end({ timer, calls }: Vacancy): void {
    timer?.cancel()
    this.#calls.release(calls)
  }
}

/** The length separates the two parts, whatever characters they contain. */
function keyOf({ namespace, id }: FunctionName): string {
  return `${String(namespace.length)}:${namespace}:${id}`
}
