/**
 * One simulated TCP connection with WebSocket framing on it: two lanes that deliver in order, late, partly or never, and
 * the two transports at its ends. They close as sockets of the `ws` library do: a close frame is answered, the server
 * ends the TCP connection, and an end that waits too long for that destroys it.
 */
import {
  CloseCode,
  type Closed,
  handFrame,
  HIGH_WATER_BYTES,
  type Transport,
  type TransportEvents,
} from '../../src/wire/transport/transport.js'
import type { Timer } from '../../src/std/time/clock.js'
import { Lane, type Item } from './lane.js'
import type { NetworkParts } from './network.js'
import type { SimProcess } from './schedule.js'

const CLOSE_TIMEOUT_MS = 30_000

export type Side = 'client' | 'server'

export interface EndOptions {
  readonly process: SimProcess
  readonly highWaterBytes?: number | undefined
  readonly closeTimeoutMs?: number | undefined
}

export class SimEnd implements Transport {
  readonly link: SimLink
  readonly side: Side
  readonly process: SimProcess
  events: TransportEvents | undefined
  closedAt: number | undefined
  peerHeaders: Readonly<Record<string, string>> | undefined
  state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting'
  readonly #highWaterBytes: number
  readonly #closeTimeoutMs: number
  #hasClosed = false
  #sentClose = false
  #peerClose: Closed | undefined
  #isCongested = false
  #closeTimer: Timer | undefined

  constructor(link: SimLink, side: Side, options: EndOptions) {
    this.link = link
    this.side = side
    this.process = options.process
    this.#highWaterBytes = options.highWaterBytes ?? HIGH_WATER_BYTES
    this.#closeTimeoutMs = options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS
  }

  get isOpen(): boolean {
    return this.state === 'open'
  }

  get bufferedBytes(): number {
    return this.state === 'closed' ? 0 : this.out.bufferedBytes
  }

  get out(): Lane {
    return this.side === 'client' ? this.link.toServer : this.link.toClient
  }

  get in(): Lane {
    return this.side === 'client' ? this.link.toClient : this.link.toServer
  }

  send(frame: string | Uint8Array): void {
    // Recorded in any case: a sender may not know yet that the connection has ended.
    this.link.parts.onSent(this, frame)
    if (this.state !== 'open') {
      this.#cutHalfClosed()
      return
    }
    this.#push({ kind: 'frame', frame: typeof frame === 'string' ? frame : Uint8Array.from(frame) })
    if (this.bufferedBytes > this.#highWaterBytes) this.#isCongested = true
  }

  flushed(callback: () => void): void {
    if (this.state === 'open') this.#push({ kind: 'flushed', callback })
  }

  ping(): void {
    if (this.state === 'open') this.#push({ kind: 'ping' })
    else this.#cutHalfClosed()
  }

  pause(): void {
    this.in.isPaused = true
  }

  resume(): void {
    this.in.isPaused = false
    this.in.wake()
  }

  close(code: number = CloseCode.NO_STATUS, reason = ''): void {
    this.#hasClosed = true
    if (this.state === 'connecting') this.terminate()
    else this.#sendClose({ code, reason })
  }

  terminate(): void {
    if (this.state === 'closed') return
    this.link.parts.trace.add(`${this.link.name} ${this.side} terminates`)
    this.link.terminated(this)
    this.end(this.#peerClose ?? ABNORMAL)
  }

  /** The lane passed bytes on to the operating system. */
  passed(): void {
    if (!this.#isCongested || this.bufferedBytes > this.#highWaterBytes / 2) return
    this.#isCongested = false
    if (this.state === 'open') this.events?.drained()
  }

  /** Something arrived. */
  receive(item: Item): void {
    const { events } = this
    if (this.state === 'closed' || events === undefined) return
    switch (item.kind) {
      case 'frame':
        if (this.#peerClose !== undefined) return
        events.activity()
        if (this.side === 'server' && this.state === 'open') this.link.parts.onRead(this, item.frame)
        handFrame(events, typeof item.frame === 'string' ? item.frame : Buffer.from(item.frame))
        return
      case 'ping':
        events.activity()
        if (this.state === 'open') this.#push({ kind: 'pong' })
        return
      case 'pong':
        events.activity()
        return
      case 'close-frame':
        this.#receivedClose(item.closed)
        return
      case 'accepted':
        this.state = 'open'
        events.open()
        return
      case 'fin':
        this.out.clearUnsent()
        this.end(this.#peerClose ?? ABNORMAL)
        return
      case 'flushed':
        return
    }
  }

  /** Reports the end of this side in a separate tick. */
  end(closed: Closed): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.closedAt = this.link.parts.schedule.now
    this.#closeTimer?.cancel()
    const { events } = this
    this.events = undefined
    const { schedule } = this.link.parts
    schedule.at(schedule.now, this.process, 'io', () => {
      this.link.parts.onClosed(this, closed)
      events?.close(closed)
      this.link.parts.afterClosed(this)
    })
  }

  #push(item: Item): void {
    this.out.push(item)
  }

  #sendClose(closed: Closed): void {
    if (this.#sentClose || this.state === 'closed') return
    this.state = 'closing'
    this.#sentClose = true
    this.#push({ kind: 'close-frame', closed })
    const { schedule } = this.link.parts
    this.#closeTimer = schedule.at(schedule.now + this.#closeTimeoutMs, this.process, 'timer', () => this.terminate())
    this.#finishIfServer()
  }

  #receivedClose(closed: Closed): void {
    this.#peerClose ??= closed
    this.#sendClose(closed)
    this.#finishIfServer()
  }

  /** Once both close frames are sent, the server ends the connection. */
  #finishIfServer(): void {
    if (this.side !== 'server' || this.#peerClose === undefined || !this.#sentClose) return
    this.#push({ kind: 'fin' })
    this.link.parts.schedule.at(this.link.parts.schedule.now, this.process, 'io', () => this.end(this.#peerClose!))
  }

  #cutHalfClosed(): void {
    if (this.state === 'closing' && !this.#hasClosed) this.terminate()
  }
}

const ABNORMAL: Closed = { code: CloseCode.ABNORMAL, reason: '' }

export class SimLink {
  readonly name: string
  readonly path: string
  readonly parts: NetworkParts
  readonly client: SimEnd
  server: SimEnd | undefined
  readonly toServer: Lane
  readonly toClient: Lane
  /** Whether anything was done to it that a healthy network does not do. */
  isFaulted = false
  /** How often it was stalled. */
  blackholes = 0

  constructor(
    parts: NetworkParts,
    { name, path }: { readonly name: string; readonly path: string },
    client: EndOptions,
  ) {
    this.parts = parts
    this.name = name
    this.path = path
    this.client = new SimEnd(this, 'client', client)
    this.toServer = new Lane(parts, `${name}>`, {
      passed: () => this.client.passed(),
      deliver: (item) => this.server?.receive(item),
      sender: () => this.client.process,
      receiver: () => this.server?.process,
    })
    this.toClient = new Lane(parts, `${name}<`, {
      passed: () => this.server?.passed(),
      deliver: (item) => this.client.receive(item),
      sender: () => this.server?.process,
      receiver: () => this.client.process,
    })
  }

  accept(process: SimProcess): SimEnd {
    const server = new SimEnd(this, 'server', { process })
    this.server = server
    server.state = 'open'
    // First in its direction, so the client is open before any frame comes.
    this.toClient.push({ kind: 'accepted' })
    return server
  }

  get isOver(): boolean {
    return this.client.state === 'closed' && (this.server === undefined || this.server.state === 'closed')
  }

  /** One end was cut by its own process: frames in flight arrive or are lost at random, then the connection ends. */
  terminated(end: SimEnd): void {
    const other = end.side === 'client' ? this.server : this.client
    if (other === undefined) return
    end.out.clearUnsent()
    if (this.parts.random.next() < 0.5) end.out.clearWire()
    end.out.push({ kind: 'fin' })
  }

  /** Both ends detect a cut, each in its own time; data in transit may still arrive. */
  reset(keeps: { readonly toServer: boolean; readonly toClient: boolean }): void {
    this.isFaulted = true
    for (const [lane, isKept, end] of [
      [this.toServer, keeps.toServer, this.server],
      [this.toClient, keeps.toClient, this.client],
    ] as const) {
      lane.isBlackhole = false
      lane.clearUnsent()
      if (!isKept) lane.clearWire()
      if (end !== undefined) lane.breakOff(() => end.end(ABNORMAL))
    }
  }

  /** Sends a close frame that comes from neither end, as proxies do. */
  interject(closed: Closed): void {
    this.isFaulted = true
    this.toClient.push({ kind: 'close-frame', closed })
  }
}
