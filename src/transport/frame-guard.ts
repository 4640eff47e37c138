/**
 * Watches the byte stream of a socket for a WebSocket frame over a size limit (RFC 6455 §5.2). The `ws` library limits
 * whole messages only, while the engine also limits each frame. Reads headers, never payloads.
 */

/** Returns a function to feed chunks to; it answers true once a frame over `maxBytes` has begun. */
export function createFrameGuard(maxBytes: number): (chunk: Uint8Array) => boolean {
  let payloadLeft = 0
  let header: number[] = []
  return (chunk) => {
    let position = 0
    while (position < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - position)
        payloadLeft -= skipped
        position += skipped
        continue
      }
      header.push(chunk[position] ?? 0)
      position += 1
      if (header.length < headerLength(header)) continue
      payloadLeft = payloadLength(header)
      header = []
      if (payloadLeft > maxBytes) return true
    }
    return false
  }
}

function lengthCode(header: readonly number[]): number {
  return (header[1] ?? 0) & 0x7f
}

function headerLength(header: readonly number[]): number {
  if (header.length < 2) return 2
  const masked = ((header[1] ?? 0) & 0x80) !== 0
  const extended = lengthCode(header) === 127 ? 8 : lengthCode(header) === 126 ? 2 : 0
  return 2 + extended + (masked ? 4 : 0)
}

function payloadLength(header: readonly number[]): number {
  const code = lengthCode(header)
  if (code < 126) return code
  const bytes = header.slice(2, code === 126 ? 4 : 10)
  return bytes.reduce((length, byte) => length * 256 + byte, 0)
}
