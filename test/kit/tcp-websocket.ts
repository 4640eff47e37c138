/**
 * A WebSocket client on a plain TCP socket: after the handshake it writes the bytes that the test gives, and reads the
 * frames of the server. It does not mask and does not check.
 */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { Changes } from './waiting.js'

export interface FrameBytes {
  readonly fin?: boolean
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number
  readonly opcode: number
  readonly payload?: Uint8Array
  readonly masked?: boolean
  /** Bytes the length is written in: 1, 2 or 8. Default: as few as possible. */
  readonly lengthBytes?: 1 | 2 | 8
  /** The length that is written, where it is not the true one. */
  readonly claimedLength?: bigint
}

/** One frame as bytes. */
export function frameBytes(frame: FrameBytes): Buffer {
  const { fin = true, reserved = 0, opcode, payload = new Uint8Array(), masked = true } = frame
  const length = frame.claimedLength ?? BigInt(payload.length)
  const lengthBytes = frame.lengthBytes ?? (length < 126n ? 1 : length < 65_536n ? 2 : 8)
  const head = Buffer.alloc(lengthBytes === 1 ? 2 : 2 + lengthBytes)
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode
  head[1] = (masked ? 0x80 : 0) | (lengthBytes === 1 ? Number(length) : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) head.writeUInt16BE(Number(length), 2)
  if (lengthBytes === 8) head.writeBigUInt64BE(length, 2)
  if (!masked) return Buffer.concat([head, payload])
  const mask = randomBytes(4)
  return Buffer.concat([head, mask, payload.map((byte, n) => byte ^ mask[n % 4]!)])
}

export interface ReceivedFrame {
  readonly opcode: number
  readonly payload: Buffer
}

export class TcpWebSocket {
  readonly socket: Socket
  readonly frames: ReceivedFrame[] = []
  /** Whether the server has ended the TCP connection. */
  ended = false
  #bytes = Buffer.alloc(0)
  #head = ''
  readonly #changes = new Changes()

  /** @param early bytes that leave in one write with the request. */
  constructor(url: string, early: Uint8Array = new Uint8Array()) {
    const { port, pathname } = new URL(url)
    this.socket = connect(Number(port), '127.0.0.1')
    const request =
      `GET ${pathname} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`
    this.socket.write(Buffer.concat([Buffer.from(request), early]))
    this.socket.on('data', (chunk) => this.#take(chunk))
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.ended = true
      this.#changes.changed()
    })
  }

  /** Resolves once something that fits has come or the connection has ended; rejects at its limit. */
  until(fits: () => boolean, what: string): Promise<void> {
    return this.#changes.until(
      () => this.ended || fits(),
      () => `no ${what}`,
    )
  }

  /** Whether the server has answered the request. */
  get isUp(): boolean {
    return this.#head !== ''
  }

  /** The code of the close frame that came: 1005 for an empty one, `undefined` for none. */
  get closeCode(): number | undefined {
    const close = this.frames.find(({ opcode }) => opcode === 8)
    if (close === undefined) return undefined
    return close.payload.length < 2 ? 1005 : close.payload.readUInt16BE(0)
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    if (this.#head === '') {
      const end = this.#bytes.indexOf('\r\n\r\n')
      if (end < 0) return
      this.#head = this.#bytes.toString('latin1', 0, end)
      this.#bytes = this.#bytes.subarray(end + 4)
    }
    while (this.#takeFrame());
    this.#changes.changed()
  }

  #takeFrame(): boolean {
    const bytes = this.#bytes
    if (bytes.length < 2) return false
    const code = bytes[1]! & 0x7f
    const start = code < 126 ? 2 : code === 126 ? 4 : 10
    if (bytes.length < start) return false
    const length = code < 126 ? code : code === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    if (bytes.length < start + length) return false
    this.frames.push({ opcode: bytes[0]! & 0x0f, payload: bytes.subarray(start, start + length) })
    this.#bytes = bytes.subarray(start + length)
    return true
  }
}
