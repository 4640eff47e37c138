/**
 * Finds where WebSocket frames end in a stream of bytes from a server, after the head of its handshake. Takes chunks in
 * any division; does not read the content of frames.
 */
const HEAD_END = Buffer.from('\r\n\r\n')

export class FrameEnds {
  /** Bytes of the present frame, or of the handshake's head, that are still to come; unknown while its head is not whole. */
  #missing = 0
  #head = Buffer.alloc(0)
  #inHandshake = true

  /** The first place in `chunk`, as an offset, at which a frame has just ended; undefined when there is none. */
  firstEnd(chunk: Buffer): number | undefined {
    let first: number | undefined
    let at = 0
    while (at < chunk.length) {
      at += this.#take(chunk.subarray(at))
      if (this.#missing === 0 && this.#head.length === 0) first ??= at
    }
    return first
  }

  /** Takes bytes up to the end of what is being read; says how many. */
  #take(bytes: Buffer): number {
    if (this.#missing > 0) {
      const taken = Math.min(this.#missing, bytes.length)
      this.#missing -= taken
      return taken
    }
    const before = this.#head.length
    const head = Buffer.concat([this.#head, bytes])
    const size = this.#inHandshake ? handshakeBytes(head) : frameBytes(head)
    if (size === undefined) {
      this.#head = head
      return bytes.length
    }
    this.#inHandshake = false
    this.#head = Buffer.alloc(0)
    const taken = Math.min(size - before, bytes.length)
    this.#missing = size - before - taken
    return taken
  }
}

function handshakeBytes(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(HEAD_END)
  return end < 0 ? undefined : end + HEAD_END.length
}

/** A server's frames are not masked. */
function frameBytes(bytes: Buffer): number | undefined {
  const code = (bytes[1] ?? 0) & 0x7f
  const headBytes = code < 126 ? 2 : code === 126 ? 4 : 10
  if (bytes.length < headBytes) return undefined
  if (code < 126) return headBytes + code
  return headBytes + (code === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)))
}
