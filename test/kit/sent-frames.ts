/**
 * A socket that only collects what is written to it, and a reader that parses it with the receiver of `ws`, so that
 * independent code checks the frames of this package.
 */
import { Writable } from 'node:stream'
import * as ws from 'ws'

/** A writable without an operating system socket; it keeps what is written. */
export class SentBytes extends Writable {
  readonly writes: Buffer[] = []

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(Buffer.from(chunk))
    done()
  }

  get bytes(): Buffer {
    return Buffer.concat(this.writes)
  }
}

export interface SentFrame {
  readonly isBinary: boolean
  readonly payload: Buffer
}

/** The library exports its receiver, which its type declarations leave out. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: { readonly isServer: boolean }) => Writable }

/** The messages in a byte stream, as a server reads them from a client, or the other way round. */
export function readFrames(bytes: Uint8Array, from: 'client' | 'server'): Promise<SentFrame[]> {
  return new Promise((resolve, reject) => {
    const frames: SentFrame[] = []
    const receiver = new Receiver({ isServer: from === 'client' })
    receiver.on('message', (payload: Buffer, isBinary: boolean) => {
      frames.push({ isBinary, payload: Buffer.from(payload) })
    })
    receiver.on('error', reject)
    receiver.end(Buffer.from(bytes), () => {
      resolve(frames)
    })
  })
}
