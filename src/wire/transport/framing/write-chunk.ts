/**
 * Memory that frames are written into before they leave, lent from one small store to all sockets of the process: a
 * socket holds a chunk only while it has something to write. Knows no frames. A chunk has one holder at a time, and
 * bytes before its `end` are never written again while they may still be on their way.
 */

/** Size of a chunk; a longer piece gets one of its own. Several turns' worth of frames, and it stays in the CPU's cache. */
export const CHUNK_BYTES = 64 * 1024

/** A chunk with less room than this is not worth keeping. */
const MIN_ROOM_BYTES = CHUNK_BYTES / 4

/** As many sockets as may write in one turn without a new chunk; 512 KiB in all. */
const MAX_SPARE_CHUNKS = 8

/** The same memory as bytes and as 32-bit words; `end` is where the unused part begins. */
export interface WriteChunk {
  readonly bytes: Buffer
  readonly words: Int32Array
  end: number
}

const spare: WriteChunk[] = []

/** Lends a chunk with room for `bytes`. */
export function takeChunk(bytes: number): WriteChunk {
  const kept = bytes > CHUNK_BYTES ? undefined : spare.pop()
  return kept !== undefined && hasRoom(kept, bytes) ? kept : createChunk(Math.max(bytes, CHUNK_BYTES))
}

/** Takes a chunk back; the bytes before its `end` may still be read by a socket. */
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
  // Of its own, not of Node's pool, so that words and bytes begin at the same place.
  const memory = Buffer.allocUnsafeSlow(words * 4)
  return { bytes: memory, words: new Int32Array(memory.buffer, memory.byteOffset, words), end: 0 }
}
