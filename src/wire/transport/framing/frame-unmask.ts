/**
 * Unmasks large frames (RFC 6455 §5.3) by words, before the `ws` library does so by bytes, which was nearly half of the
 * cost of a channel in the engine. The key in the stream is set to zero, which the library skips. Does not parse
 * headers.
 */
import { maskWords } from './frame-mask.js'

export const KEY_BYTES = 4

export class FrameUnmask {
  /** The key, rotated so that its first byte belongs to addresses that are multiples of four. */
  readonly #turned = new Uint8Array(KEY_BYTES)
  readonly #turnedWord = new Int32Array(this.#turned.buffer)
  readonly #key = new Uint8Array(KEY_BYTES)
  #isTaken = false
  /** Where in the payload the next part begins. */
  #offset = 0

  /** Takes over the frame whose payload begins at `at`, right behind its key. */
  take(chunk: Uint8Array, at: number): void {
    for (let i = 0; i < KEY_BYTES; i += 1) {
      this.#key[i] = chunk[at - KEY_BYTES + i] ?? 0
      chunk[at - KEY_BYTES + i] = 0
    }
    this.#isTaken = true
    this.#offset = 0
  }

  /** The library unmasks the present frame. */
  leave(): void {
    this.#isTaken = false
  }

  /** Unmasks the next part of the payload in place, if the frame was taken over. */
  unmask(chunk: Uint8Array, from: number, to: number): void {
    if (!this.#isTaken) return
    const { byteOffset } = chunk
    this.#turn(this.#offset - byteOffset - from)
    this.#offset += to - from
    const firstWord = Math.ceil((byteOffset + from) / KEY_BYTES)
    const words = Math.floor((byteOffset + to) / KEY_BYTES) - firstWord
    if (words <= 0) {
      this.#unmaskBytes(chunk, from, to)
      return
    }
    const wordsFrom = firstWord * KEY_BYTES - byteOffset
    const wordsTo = wordsFrom + words * KEY_BYTES
    this.#unmaskBytes(chunk, from, wordsFrom)
    const view = new Int32Array(chunk.buffer, firstWord * KEY_BYTES, words)
    maskWords(view, { from: 0, to: words, word: this.#turnedWord[0] ?? 0 })
    this.#unmaskBytes(chunk, wordsTo, to)
  }

  #turn(by: number): void {
    for (let i = 0; i < KEY_BYTES; i += 1) this.#turned[i] = this.#key[(by + i) & 3] ?? 0
  }

  #unmaskBytes(chunk: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i += 1) chunk[i] = (chunk[i] ?? 0) ^ (this.#turned[(chunk.byteOffset + i) & 3] ?? 0)
  }
}
