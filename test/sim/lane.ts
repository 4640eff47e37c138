/**
 * One direction of a simulated connection: what was sent waits in the sender, is under way, or waits unread at the
 * receiver; in order always. Bytes can be made to count many times, so that limits of megabytes are reached by
 * kilobytes.
 */
import { isTelemetry } from '../../src/engine/links/telemetry-prefix.js'
import type { Closed } from '../../src/wire/transport/transport.js'
import type { NetworkParts } from './network.js'
import type { SimProcess } from './schedule.js'

export type Item =
  | { readonly kind: 'frame'; readonly frame: string | Uint8Array }
  | { readonly kind: 'accepted' | 'ping' | 'pong' | 'fin' }
  | { readonly kind: 'close-frame'; readonly closed: Closed }
  | { readonly kind: 'flushed'; readonly callback: () => void }

export interface LaneEnds {
  readonly passed: () => void
  readonly deliver: (item: Item) => void
  readonly sender: () => SimProcess | undefined
  readonly receiver: () => SimProcess | undefined
}

/** Bytes the operating systems at both ends hold for a connection. */
const WINDOW_BYTES = 256 * 1024

export class Lane {
  readonly #parts: NetworkParts
  readonly #name: string
  readonly #ends: LaneEnds
  readonly #bytesPerByte: number
  #unsent: Item[] = []
  /** Under way and unread, oldest first. */
  #wire: Item[] = []
  #unsentBytes = 0
  #wireBytes = 0
  /** Number of the current delivery epoch; a cut cancels earlier deliveries. */
  #epoch = 0
  #arrived = 0
  #lastArrival = 0
  /** What left last; more of the same moment may travel with it and is read in the same turn. */
  #packet: { readonly sentAt: number; items: number } | undefined
  #isPumping = false
  #isBroken = false
  isPaused = false
  /** Nothing arrives: neither data nor its end. */
  #isBlackhole = false
  /** The receive window is closed: no bytes leave. */
  #stalledUntil = 0
  /** Frames until a cut; `cut` runs once. */
  #cutAfter: { frames: number; cut: () => void } | undefined

  constructor(parts: NetworkParts, name: string, ends: LaneEnds) {
    this.#parts = parts
    this.#name = name
    this.#ends = ends
    this.#bytesPerByte = parts.bytesPerByte()
  }

  get bufferedBytes(): number {
    return this.#unsentBytes
  }

  get isBlackhole(): boolean {
    return this.#isBlackhole
  }

  set isBlackhole(isBlackhole: boolean) {
    this.#isBlackhole = isBlackhole
    if (!isBlackhole) this.wake()
  }

  stallUntil(time: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, time)
    this.#parts.schedule.at(time, undefined, 'io', () => this.#pump())
  }

  /** Plans a cut within the frame after so many; or takes the plan back. */
  cutAfter(planned: { readonly frames: number; readonly cut: () => void } | undefined): void {
    this.#cutAfter = planned && { ...planned }
  }

  push(item: Item): void {
    if (this.#isBroken) return
    this.#unsent.push(item)
    this.#unsentBytes += this.#sizeOf(item)
    this.#schedulePump()
  }

  /** Delivers queued items to the receiver, in a separate tick. */
  wake(): void {
    if (this.#arrived === 0) return
    const epoch = this.#epoch
    const { schedule } = this.#parts
    schedule.at(schedule.now, this.#ends.receiver(), 'io', () => {
      if (epoch === this.#epoch) this.#deliver()
    })
  }

  clearUnsent(): void {
    this.#unsent = []
    this.#unsentBytes = 0
  }

  clearWire(): void {
    this.#epoch += 1
    this.#packet = undefined
    this.#wire = []
    this.#wireBytes = 0
    this.#arrived = 0
  }

  /** No more can be sent; `told` runs at the receiver once everything still under way has had its time. */
  breakOff(told: () => void): void {
    this.#isBroken = true
    const { schedule } = this.#parts
    schedule.at(Math.max(this.#lastArrival, schedule.now) + this.#parts.latencyMs(), this.#ends.receiver(), 'io', told)
  }

  #schedulePump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    const { schedule } = this.#parts
    schedule.at(schedule.now, this.#ends.sender(), 'io', () => {
      this.#isPumping = false
      this.#pump()
    })
  }

  #pump(): void {
    const { schedule } = this.#parts
    if (this.#stalledUntil > schedule.now) return
    while (this.#wireBytes <= WINDOW_BYTES) {
      const item = this.#unsent.shift()
      if (item === undefined) break
      this.#unsentBytes -= this.#sizeOf(item)
      if (item.kind === 'flushed') item.callback()
      else this.#depart(item)
    }
    this.#ends.passed()
  }

  #depart(item: Item): void {
    const { schedule } = this.#parts
    this.#wire.push(item)
    this.#wireBytes += this.#sizeOf(item)
    if (this.#packet?.sentAt === schedule.now && this.#parts.random.next() < 0.6) {
      this.#packet.items += 1
      return
    }
    this.#lastArrival = Math.max(this.#lastArrival, schedule.now + this.#parts.latencyMs())
    const packet = { sentAt: schedule.now, items: 1 }
    this.#packet = packet
    const epoch = this.#epoch
    schedule.at(this.#lastArrival, this.#ends.receiver(), 'io', () => {
      if (this.#packet === packet) this.#packet = undefined
      if (epoch !== this.#epoch) return
      this.#arrived += packet.items
      this.#deliver()
    })
  }

  #deliver(): void {
    while (this.#arrived > 0 && !this.isPaused && !this.#isBlackhole) {
      const item = this.#wire.shift()
      if (item === undefined) return
      this.#arrived -= 1
      this.#wireBytes -= this.#sizeOf(item)
      if (this.#unsent.length > 0) this.#schedulePump()
      this.#parts.trace.add(`${this.#name} ${describe(item)}`)
      if (item.kind === 'frame' && this.#isCutBy()) return
      this.#ends.deliver(item)
    }
  }

  /** Whether the connection breaks within this frame, which is lost then. */
  #isCutBy(): boolean {
    const planned = this.#cutAfter
    if (planned === undefined) return false
    planned.frames -= 1
    if (planned.frames >= 0) return false
    this.#cutAfter = undefined
    planned.cut()
    return true
  }

  #sizeOf(item: Item): number {
    return item.kind === 'frame' ? item.frame.length * this.#bytesPerByte : 0
  }
}

function describe(item: Item): string {
  if (item.kind === 'frame') {
    if (typeof item.frame === 'string') return item.frame
    // Its time stamps are those of this machine, all of one length.
    if (isTelemetry(item.frame)) return `telemetry of ${item.frame.byteLength} bytes`
    return Buffer.from(item.frame).toString('hex')
  }
  return item.kind === 'close-frame' ? `close-frame ${item.closed.code} ${item.closed.reason}` : item.kind
}
