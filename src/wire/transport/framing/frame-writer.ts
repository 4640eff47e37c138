/**
 * Writes the data frames of a WebSocket (RFC 6455 §5.2). All frames of one event-loop tick are laid out in one chunk
 * and written once, in order. Any other code that writes to the socket must `flush` first. No fragments, control frames
 * or extensions.
 */
import type { Duplex } from 'node:stream'
import { maskPayload } from './frame-mask.js'
import { CHUNK_BYTES, hasRoom, returnChunk, takeChunk, type WriteChunk } from './write-chunk.js'

const FIN = 0x80
const OPCODE_TEXT = 1
const OPCODE_BINARY = 2
const MASKED = 0x80

/** Two bytes, eight of length, four of mask. */
const MAX_HEADER_BYTES = 14
const MAX_7_BIT_LENGTH = 125
const MAX_16_BIT_LENGTH = 0xffff

/** Text up to this length is not measured before it is written: reserving three bytes per UTF-16 unit wastes little. */
const MAX_UNMEASURED_UNITS = CHUNK_BYTES / 64

export class FrameWriter {
  readonly #socket: Duplex
  readonly #maskBytes: 0 | 4
  #chunk: WriteChunk | undefined
  /** Start of the bytes in the chunk that have not been passed to the socket. */
  #start = 0

  /** @param isClient whether frames are masked, as those of a client must be. */
  constructor(socket: Duplex, isClient: boolean) {
    this.#socket = socket
    this.#maskBytes = isClient ? 4 : 0
  }

  /** Bytes that have not been passed to the socket. */
  get pendingBytes(): number {
    return this.#chunk === undefined ? 0 : this.#chunk.end - this.#start
  }

  /** Writes a text frame. A lone surrogate becomes U+FFFD, since UTF-8 has no form for it. */
  text(text: string): void {
    const isMeasured = text.length > MAX_UNMEASURED_UNITS
    const bytes = isMeasured ? Buffer.byteLength(text) : text.length
    const chunk = this.#roomFor(isMeasured ? bytes : bytes * 3)
    // Correct for measured text and for ASCII; otherwise the payload may have to move by two bytes.
    const at = chunk.end + this.#headerBytes(bytes)
    const written = chunk.bytes.write(text, at)
    const payloadAt = chunk.end + this.#headerBytes(written)
    if (payloadAt !== at) chunk.bytes.copyWithin(payloadAt, at, at + written)
    this.#frame(chunk, OPCODE_TEXT, written)
  }

  /** Writes a binary frame; the bytes are copied. */
  binary(bytes: Uint8Array): void {
    const chunk = this.#roomFor(bytes.byteLength)
    chunk.bytes.set(bytes, chunk.end + this.#headerBytes(bytes.byteLength))
    this.#frame(chunk, OPCODE_BINARY, bytes.byteLength)
  }

  /** Passes everything written so far to the socket. A socket that has ended drops it. */
  flush(): void {
    const chunk = this.#chunk
    if (chunk === undefined) return
    this.#chunk = undefined
    if (this.#socket.writable) this.#socket.write(chunk.bytes.subarray(this.#start, chunk.end))
    returnChunk(chunk)
  }

  #roomFor(payloadBytes: number): WriteChunk {
    const bytes = payloadBytes + MAX_HEADER_BYTES
    if (this.#chunk !== undefined && hasRoom(this.#chunk, bytes)) return this.#chunk
    this.flush()
    const chunk = takeChunk(bytes)
    this.#chunk = chunk
    this.#start = chunk.end
    // Once for each chunk; if it has already been passed on, nothing is left to do.
    process.nextTick(flush, this)
    return chunk
  }

  /** Writes the header before a payload that is in place, and masks the payload. */
  #frame(chunk: WriteChunk, opcode: number, length: number): void {
    const { bytes, end } = chunk
    const payloadAt = end + this.#headerBytes(length)
    if (this.#maskBytes !== 0) maskPayload(chunk, payloadAt, length)
    const maskBit = this.#maskBytes === 0 ? 0 : MASKED
    bytes[end] = FIN | opcode
    if (length <= MAX_7_BIT_LENGTH) {
      bytes[end + 1] = maskBit | length
    } else if (length <= MAX_16_BIT_LENGTH) {
      bytes[end + 1] = maskBit | 126
      bytes[end + 2] = length >> 8
      bytes[end + 3] = length & 0xff
    } else {
      bytes[end + 1] = maskBit | 127
      // A frame is far below 2^48 bytes, the most this call can write.
      bytes.writeUInt16BE(0, end + 2)
      bytes.writeUIntBE(length, end + 4, 6)
    }
    chunk.end = payloadAt + length
  }

  #headerBytes(length: number): number {
    return (length <= MAX_7_BIT_LENGTH ? 2 : length <= MAX_16_BIT_LENGTH ? 4 : 10) + this.#maskBytes
  }
}

function flush(writer: FrameWriter): void {
  writer.flush()
}
