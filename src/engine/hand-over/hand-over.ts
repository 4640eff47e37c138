/**
 * Functions on their way from one worker to the next. Whoever was refused a function and listens for workers that
 * change is next in line for it. Once its owner has given it up, calls are held for a moment instead of failing, and go
 * on in the order they came when somebody registers it. Knows nothing of routing, and changes nothing for functions
 * that nobody is in line for.
 */
import type { Clock, Timer } from '../../std/time/clock.js'
import type { Counters } from '../counters.js'
import { HeldCalls } from './held-calls.js'
import type { Peer } from '../links/peer.js'
import type { RoutedCall } from '../calls/routed-call.js'

/** How long after a function was given up its calls may still be held. */
const HOLD_LIMIT_MS = 1_000
/** The same while a successor is announced: its process has to start first. */
const SUCCESSOR_LIMIT_MS = 30_000

/** What names a function. */
export interface FunctionName {
  readonly namespace: string
  readonly id: string
}

/** Those in line for one function. */
interface Line extends FunctionName {
  /** Each with what it calls the function. */
  readonly peers: Map<Peer, string>
  /** Set once the owner has given the function up. */
  vacancy: Vacancy | undefined
  /** Whether a worker that is still to connect will register the function. */
  isExpected: boolean
}

interface Vacancy {
  readonly until: number
  /** Who had the function. */
  readonly former: Peer
  readonly calls: Set<RoutedCall>
  timer: Timer | undefined
}

export interface HandOverPorts {
  readonly clock: Clock
  readonly counters: Counters
  /** Functions one worker may be in line for. */
  readonly maxPerPeer: number
  /** Whether nothing is held or kept (`abruptHandOver`). */
  readonly isAbrupt: boolean
}

export class HandOver {
  readonly #ports: HandOverPorts
  readonly #calls = new HeldCalls()
  readonly #lines = new Map<string, Line>()
  readonly #linesOf = new Map<Peer, Set<Line>>()
  /** Workers that hear when another changes or leaves, and so ask again. */
  readonly #listening = new Set<Peer>()
  /** Functions that have just gone to somebody in line. */
  readonly #moved = new Map<string, Vacancy>()

  #expectsSuccessor = false

  constructor(ports: HandOverPorts) {
    this.#ports = ports
  }

  /** Calls held now. */
  get held(): number {
    return this.#calls.size
  }

  /** From now on a worker that leaves is followed by another that registers the same functions. */
  expectSuccessor(): void {
    this.#expectsSuccessor = true
  }

  /** The successor has registered what it serves, or does not come. What it left out is not held any more. */
  successorSettled(): void {
    this.#expectsSuccessor = false
    this.#moved.clear()
    for (const line of [...this.#lines.values()]) if (line.isExpected) this.#expectNoMore(line)
  }

  /**
   * A worker was refused a function, which it calls `localId`, because another worker has it.
   * @returns whether it was not in line for it before.
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

  /** A worker asked to hear of other workers: what it was refused, it waits for. */
  listens(peer: Peer): void {
    this.#listening.add(peer)
  }

  /** A worker asks for a function no longer; `id` is what it calls the function. */
  withdrawn(peer: Peer, id: string): void {
    for (const line of this.#linesOf.get(peer) ?? []) if (line.peers.get(peer) === id) this.#leaveLine(peer, line)
  }

  /** The owner of functions has given them up. */
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

  /** A worker has got a function. Calls that were held for it go on at once, before any later one. */
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

  /** How long a function that a worker gave up still counts as on its way to the next one; 0 when it does not. */
  leftMs(former: Peer, name: FunctionName): number {
    if (this.#lines.size === 0 && this.#moved.size === 0) return 0
    const key = keyOf(name)
    const line = this.#lines.get(key)
    const vacancy = this.#moved.get(key) ?? (line !== undefined && this.#isAwaited(line) ? line.vacancy : undefined)
    return vacancy?.former === former ? Math.max(0, vacancy.until - this.#ports.clock.now()) : 0
  }

  /** A worker has gone, and with it what it owned. */
  left(peer: Peer, owned: Iterable<FunctionName>): void {
    this.#listening.delete(peer)
    for (const line of this.#linesOf.get(peer) ?? []) this.#leaveLine(peer, line)
    this.givenUp(peer, owned)
  }

  /**
   * Holds a call to a function that nobody has, if it is on its way to somebody.
   * @param again looks for the function once more: when it is there, or when it is too late. Runs once.
   * @returns false when the call has to fail.
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

  /** Lets go of a held call whose caller has given up; does nothing when it is not held. */
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

  /** Nobody comes for the function, or not in time. */
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

/** The length keeps the two apart, whatever characters they hold. */
function keyOf({ namespace, id }: FunctionName): string {
  return `${String(namespace.length)}:${namespace}:${id}`
}
