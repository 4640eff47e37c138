/**
 * Reads the byte stream of a socket before the `ws` library, and enforces limits that the library lacks: the size of a
 * single frame (it limits whole messages only), and the number of control frames between the fragments of a message
 * (each fragment retains its chunk until the message is complete; RFC 6455 §5.2 and §5.4). Unmasks large frames. Reads
 * headers, never payloads.
 */
import { FrameUnmask, KEY_BYTES } from './frame-unmask.js'

/** Limits of a stream. */
export interface FrameLimits {
  /** Payload of one frame. */
  readonly maxBytes: number
  /** Pings, pongs and closes amid one message. */
  readonly maxControls: number
}

/** The limit that was exceeded. */
export type FrameExcess = keyof FrameLimits

/** Two bytes, eight of length, four of key. */
const MAX_HEADER_BYTES = 14
const MAX_7_BIT_LENGTH = 125
/** Opcode of every frame of a message but the first. */
const CONTINUATION = 0
/** Shorter payloads are unmasked by the library just as fast. */
const MIN_UNMASKED_LENGTH = 64

export class FrameGuard {
  readonly #limits: FrameLimits
  readonly #unmask = new FrameUnmask()
  readonly #header = new Uint8Array(MAX_HEADER_BYTES)
  #headerBytes = 0
  #payloadLeft = 0
  #controls = 0
  #messageBytes = 0
  #isAmidMessage = false

  constructor(limits: FrameLimits) {
    this.#limits = limits
  }

  /** Payload of the present message, of which more follows; 0 between two messages. */
  get unfinishedBytes(): number {
    return this.#payloadLeft > 0 || this.#isAmidMessage ? this.#messageBytes : 0
  }

  /**
   * Reads the next bytes of the stream, and unmasks those of large frames in place. Returns the limit that a frame
   * exceeds, as soon as its header is complete.
   */
  take(chunk: Uint8Array): FrameExcess | undefined {
    let at = 0
    while (at < chunk.length) {
      if (this.#payloadLeft > 0) {
        const end = Math.min(at + this.#payloadLeft, chunk.length)
        this.#unmask.unmask(chunk, at, end)
        this.#payloadLeft -= end - at
        this.#messageBytes += end - at
        at = end
        continue
      }
      this.#header[this.#headerBytes] = chunk[at] ?? 0
      this.#headerBytes += 1
      at += 1
      if (this.#headerBytes < this.#wholeHeaderBytes()) continue
      const excess = this.#begin(chunk, at)
      if (excess !== undefined) return excess
    }
    return undefined
  }

  /** A frame whose header is complete. */
  #begin(chunk: Uint8Array, payloadAt: number): FrameExcess | undefined {
    const length = this.#payloadLength()
    const isKeyHere = this.#isMasked() && payloadAt >= KEY_BYTES
    this.#headerBytes = 0
    this.#payloadLeft = length
    this.#count(this.#header[0] ?? 0)
    if (length > this.#limits.maxBytes) return 'maxBytes'
    if (this.#controls > this.#limits.maxControls) return 'maxControls'
    // If the key arrived in two pieces, the library already has the first.
    if (isKeyHere && length >= MIN_UNMASKED_LENGTH) this.#unmask.take(chunk, payloadAt)
    else this.#unmask.leave()
    return undefined
  }

  #count(first: number): void {
    const isControl = (first & 0x08) !== 0
    if (isControl) {
      this.#controls += this.#isAmidMessage ? 1 : 0
      return
    }
    const isFirst = (first & 0x0f) !== CONTINUATION
    if (isFirst) this.#messageBytes = 0
    this.#isAmidMessage = (first & 0x80) === 0
    if (!this.#isAmidMessage) this.#controls = 0
  }

  #isMasked(): boolean {
    return ((this.#header[1] ?? 0) & 0x80) !== 0
  }

  /** Bytes of the length behind the first two of the header. */
  #lengthBytes(): 0 | 2 | 8 {
    const code = (this.#header[1] ?? 0) & 0x7f
    return code <= MAX_7_BIT_LENGTH ? 0 : code === 126 ? 2 : 8
  }

  #wholeHeaderBytes(): number {
    return this.#headerBytes < 2 ? 2 : 2 + this.#lengthBytes() + (this.#isMasked() ? KEY_BYTES : 0)
  }

  #payloadLength(): number {
    const bytes = this.#lengthBytes()
    if (bytes === 0) return (this.#header[1] ?? 0) & 0x7f
    let length = 0
    for (let i = 2; i < 2 + bytes; i += 1) length = length * 256 + (this.#header[i] ?? 0)
    return length
  }
}
