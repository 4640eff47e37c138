/**
 * Two transports joined in memory: one receives what the other sends, in order, in a later tick. A fence holds frames
 * on demand, so that a test can create any interleaving without sockets or sleeps.
 */
import {
  CloseCode,
  type Closed,
  handFrame,
  HIGH_WATER_BYTES,
  type Transport,
  type TransportEvents,
} from './transport.js'

/** The address of an engine in the same process, which is never dialled. */
export const MEMORY_URL = 'ws://memory.engine'

/**
 * Bytes that a reader may leave unread before the sender notices, as the operating system would buffer for a socket.
 */
const SYSTEM_BYTES = 1024 * 1024

/** Holds the frames that one end sends. */
interface Fence {
  /** Holds frames from now on. */
  hold(): void
  /** Delivers `count` held frames, all by default, and stays closed if it was. */
  release(count?: number): void
  /** Delivers all held and further frames. */
  open(): void
  /** Number of held frames. */
  readonly waiting: number
}

interface End extends Transport {
  readonly fence: Fence
  peerHeaders: Readonly<Record<string, unknown>> | undefined
  /** Attaches the listener of the end; earlier frames wait for it. */
  bind(events: TransportEvents): void
}

/** A joined pair of transports, `left` and `right`. */
export interface MemoryPair {
  readonly left: End
  readonly right: End
}

type Delivery = { readonly kind: 'frame'; readonly frame: string | Uint8Array } | { readonly kind: 'ping' | 'pong' }

class MemoryEnd implements End {
  readonly #highWaterBytes: number
  #peer: MemoryEnd | undefined
  #events: TransportEvents | undefined
  #state: 'open' | 'closed' = 'open'
  #held = false
  #paused = false
  #out: Delivery[] = []
  #in: Delivery[] = []
  /** Bytes that the fence holds. */
  #heldBytes = 0
  /** Bytes passed to the peer, and those of them that it has read, since the beginning. */
  #passedBytes = 0
  #readBytes = 0
  /** Whether the listener waits for `drained`. */
  #isFull = false
  /** Callbacks, and how much the peer must have read for them. */
  #flushes: { readonly atBytes: number; readonly callback: () => void }[] = []
  #scheduled = false
  peerHeaders: Readonly<Record<string, unknown>> | undefined
  /**
   * How the connection ended, until that is reported. Frames that arrived before are delivered first, once a listener
   * is attached.
   */
  #ending: Closed | undefined

  readonly fence: Fence

  constructor(highWaterBytes: number) {
    this.#highWaterBytes = highWaterBytes
    const waiting = (): number => this.#out.length
    this.fence = {
      hold: () => {
        this.#held = true
      },
      release: (count = Infinity) => {
        this.#pass(count)
      },
      open: () => {
        this.#held = false
        this.#pass(Infinity)
      },
      get waiting() {
        return waiting()
      },
    }
  }

  join(peer: MemoryEnd): void {
    this.#peer = peer
  }

  bind(events: TransportEvents): void {
    this.#events = events
    if (this.#ending === undefined || this.#in.length > 0) events.open()
    this.#schedule()
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  get bufferedBytes(): number {
    return this.#heldBytes + Math.max(0, this.#passedBytes - this.#readBytes - SYSTEM_BYTES)
  }

  send(frame: string | Uint8Array): void {
    this.#push({ kind: 'frame', frame })
  }

  flushed(callback: () => void): void {
    if (this.#state === 'closed') return
    this.#flushes.push({ atBytes: this.#passedBytes - SYSTEM_BYTES, callback })
    queueMicrotask(() => this.#flush())
  }

  ping(): void {
    this.#push({ kind: 'ping' })
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#schedule()
  }

  close(code: number = CloseCode.NO_STATUS, reason = ''): void {
    if (this.#state === 'closed') return
    this.fence.open()
    this.#end({ code, reason })
    this.#endPeer({ code, reason })
  }

  terminate(): void {
    if (this.#state === 'closed') return
    this.#out = []
    const closed = { code: CloseCode.ABNORMAL, reason: '' }
    this.#end(closed)
    this.#endPeer(closed)
  }

  #endPeer(closed: Closed): void {
    if (this.#peer !== undefined) this.#peer.#end(closed)
  }

  #push(delivery: Delivery): void {
    if (this.#state === 'closed') return
    this.#out.push(delivery)
    this.#heldBytes += sizeOf(delivery)
    if (!this.#held) this.#pass(Infinity)
    this.#isFull ||= this.bufferedBytes > this.#highWaterBytes
  }

  #pass(count: number): void {
    const passed = this.#out.splice(0, Math.min(count, this.#out.length))
    const bytes = passed.reduce((sum, delivery) => sum + sizeOf(delivery), 0)
    this.#heldBytes -= bytes
    this.#passedBytes += bytes
    if (this.#peer !== undefined && passed.length > 0) this.#peer.#receive(passed)
    this.#drain()
  }

  /** The peer has read more. */
  #wasRead(bytes: number): void {
    this.#readBytes += bytes
    this.#flush()
    this.#drain()
  }

  #flush(): void {
    while (this.#state === 'open' && this.#flushes[0] !== undefined) {
      if (this.#flushes[0].atBytes > this.#readBytes) return
      this.#flushes.shift()?.callback()
    }
  }

  #drain(): void {
    if (!this.#isFull || this.#state === 'closed' || this.bufferedBytes > this.#highWaterBytes) return
    this.#isFull = false
    this.#events?.drained()
  }

  #receive(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.#in.push(delivery)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled || (this.#in.length === 0 && this.#ending === undefined)) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#deliver()
      this.#tellEnd()
    })
  }

  #deliver(): void {
    let taken = 0
    let bytes = 0
    try {
      while (!this.#paused && this.#events !== undefined) {
        const delivery = this.#in[taken]
        if (delivery === undefined) break
        taken += 1
        bytes += sizeOf(delivery)
        this.#hand(delivery, this.#events)
      }
    } finally {
      // Removed at once: removing the first entry of a long list repeatedly costs its length each time.
      this.#in.splice(0, taken)
      if (this.#peer !== undefined) this.#peer.#wasRead(bytes)
    }
  }

  #hand(delivery: Delivery, events: TransportEvents): void {
    events.activity()
    if (delivery.kind === 'frame') handFrame(events, delivery.frame)
    else if (delivery.kind === 'ping') this.#push({ kind: 'pong' })
    else events.pong?.()
  }

  #end(closed: Closed): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#ending = closed
    this.#flushes = []
    // Frames that were sent before a graceful close still arrive.
    if (closed.code === CloseCode.ABNORMAL) this.#in = []
    this.#schedule()
  }

  /** Reports the end once all earlier frames have been delivered. */
  #tellEnd(): void {
    const [events, closed] = [this.#events, this.#ending]
    if (events === undefined || closed === undefined || this.#in.length > 0) return
    this.#events = undefined
    this.#ending = undefined
    events.close(closed)
  }
}

function sizeOf(delivery: Delivery): number {
  return delivery.kind === 'frame' ? delivery.frame.length : 0
}

/**
 * Creates a joined pair; both ends are open.
 * @param highWaterBytes buffered bytes of the left end above which `drained` follows.
 */
export function createMemoryPair(highWaterBytes = HIGH_WATER_BYTES): MemoryPair {
  const left = new MemoryEnd(highWaterBytes)
  const right = new MemoryEnd(HIGH_WATER_BYTES)
  left.join(right)
  right.join(left)
  return { left, right }
}
