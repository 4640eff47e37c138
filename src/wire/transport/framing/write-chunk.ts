/**
 * Buffers into which frames are written, lent from one small pool to all sockets of the process: a socket has a chunk
 * only while it has something to write. A chunk has one user at a time, and bytes before its `end` are not written
 * again while a socket may still read them.
 */

/**
 * Size of a chunk, enough for the frames of several ticks and small enough for the CPU cache. A longer piece gets its
 * own.
 */
export const CHUNK_BYTES = 64 * 1024

/** A chunk with less space than this is not kept. */
const MIN_ROOM_BYTES = CHUNK_BYTES / 4

/** Number of sockets that may write in one tick without a new chunk; 512 KiB in total. */
const MAX_SPARE_CHUNKS = 8

/** The same memory as bytes and as 32-bit words; the unused part starts at `end`. */
export interface WriteChunk {
  readonly bytes: Buffer
  readonly words: Int32Array
  end: number
}

const spare: WriteChunk[] = []

/** Lends a chunk with space for `bytes`. */
export function takeChunk(bytes: number): WriteChunk {
  const kept = bytes > CHUNK_BYTES ? undefined : spare.pop()
  return kept !== undefined && hasRoom(kept, bytes) ? kept : createChunk(Math.max(bytes, CHUNK_BYTES))
}

/** Returns a chunk to the pool; a socket may still read the bytes before its `end`. */
export function returnChunk(chunk: WriteChunk): void {
  if (chunk.bytes.length === CHUNK_BYTES && hasRoom(chunk, MIN_ROOM_BYTES) && spare.length < MAX_SPARE_CHUNKS) {
    spare.push(chunk)
  }
}

export function hasRoom(chunk: WriteChunk, bytes: number): boolean {
  return chunk.bytes.length - chunk.end >= bytes
}

function createChunk(bytes: number): WriteChunk {
  const words = Math.ceil(bytes / 4)
  // Allocated outside Node's pool, so that words and bytes start at the same address.
  const memory = Buffer.allocUnsafeSlow(words * 4)
  return { bytes: memory, words: new Int32Array(memory.buffer, memory.byteOffset, words), end: 0 }
}
