/**
 * Watches the byte stream of a socket for what the `ws` library lets pass: a single frame over a size limit (it limits
 * whole messages only), and control frames without end between the fragments of a message (each fragment keeps the
 * chunk it came in until the message is whole; RFC 6455 §5.2 and §5.4). Reads headers, never payloads.
 */

/** What a stream may hold. */
export interface FrameLimits {
  /** Payload of one frame. */
  readonly maxBytes: number
  /** Pings, pongs and closes amid one message. */
  readonly maxControls: number
}

/** The limit that was passed. */
export type FrameExcess = keyof FrameLimits

/** Returns a function to feed chunks to; it tells which limit a frame has passed once its header is there. */
export function createFrameGuard({
  maxBytes,
  maxControls,
}: FrameLimits): (chunk: Uint8Array) => FrameExcess | undefined {
  let payloadLeft = 0
  let header: number[] = []
  let controls = 0
  let isAmidMessage = false
  const count = (first: number): void => {
    const isControl = (first & 0x08) !== 0
    if (isControl) controls += isAmidMessage ? 1 : 0
    else {
      isAmidMessage = (first & 0x80) === 0
      if (!isAmidMessage) controls = 0
    }
  }
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
      count(header[0] ?? 0)
      header = []
      if (payloadLeft > maxBytes) return 'maxBytes'
      if (controls > maxControls) return 'maxControls'
    }
    return undefined
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
