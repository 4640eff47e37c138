/**
 * A TCP proxy that breaks each connection according to a plan. At a byte offset it cuts the connection in one of several
 * ways or stops forwarding; before that it may slow it down. Knows WebSocket frames only to send a close frame in place
 * of the server.
 */
import { connect, type Socket } from 'node:net'
import { FrameEnds } from './frame-ends.js'
import { tcpPeer, type SocketPeer } from './socket-peer.js'

/** How a connection ends. */
export type Cut =
  /** Both ends are closed in order, whatever was under way. */
  | { readonly kind: 'destroy' }
  /** Both ends get a reset. */
  | { readonly kind: 'rst' }
  /** Both ends receive a FIN. */
  | { readonly kind: 'fin' }
  /** One end receives a FIN; its own data is still forwarded. */
  | { readonly kind: 'half-close'; readonly towards: 'client' | 'server' }
  /** Nothing is forwarded; after `forMs` both ends get a reset, with `Infinity` never. */
  | { readonly kind: 'black-hole'; readonly forMs: number }
  /** The client gets a close frame after the next whole frame. */
  | { readonly kind: 'close-code'; readonly code: number }

export interface Trouble {
  /** Bytes passed in both directions before the cut; `Infinity` for none. */
  readonly atByte: number
  readonly cut: Cut
  /** Delay of everything. */
  readonly latencyMs?: number
  /** Bytes passed at a time, with a pause of a millisecond between two. */
  readonly throttleBytes?: number
  /** Called when the cut is made; a connection that ended before has none. */
  readonly onCut?: () => void
}

/** A proxy in front of a local port; `trouble` is asked once for each connection. */
export function chaosProxy(port: number, trouble: () => Trouble): Promise<SocketPeer> {
  return tcpPeer((client) => {
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    new Spoiled(client, server, trouble())
  })
}

class Spoiled {
  readonly #client: Socket
  readonly #server: Socket
  readonly #trouble: Trouble
  readonly #ends = new FrameEnds()
  #passed = 0
  #isCut = false
  /** A close frame is due at the end of the current frame. */
  #owesCloseFrame = false

  constructor(client: Socket, server: Socket, trouble: Trouble) {
    this.#client = client
    this.#server = server
    this.#trouble = trouble
    this.#join(client, server)
    this.#join(server, client)
  }

  #join(from: Socket, to: Socket): void {
    from.on('error', () => this.#gone(to))
    from.once('close', () => this.#gone(to))
    from.on('end', () => {
      if (this.#isHalfOpen) from.destroy()
      else this.#later(() => to.end())
    })
    from.on('data', (chunk) => {
      const { throttleBytes } = this.#trouble
      if (throttleBytes !== undefined && chunk.length > throttleBytes) this.#drip(chunk, { from, to, throttleBytes })
      else this.#later(() => this.#pass(chunk, to))
    })
  }

  /** The other end went; nothing says so in a black hole. */
  #gone(to: Socket): void {
    if (!this.#isHalfOpen) to.destroy()
  }

  get #isHalfOpen(): boolean {
    const { cut } = this.#trouble
    return this.#isCut && cut.kind === 'black-hole' && cut.forMs === Infinity
  }

  /** Order is kept: all delays of a connection are equal. */
  #later(work: () => void): void {
    const { latencyMs } = this.#trouble
    if (latencyMs === undefined) work()
    // eslint-disable-next-line local/real-time -- it delays real sockets
    else setTimeout(work, latencyMs)
  }

  #drip(chunk: Buffer, way: { from: Socket; to: Socket; throttleBytes: number }): void {
    const { from, to, throttleBytes } = way
    from.pause()
    const next = (at: number): void => {
      this.#later(() => this.#pass(chunk.subarray(at, at + throttleBytes), to))
      if (at + throttleBytes >= chunk.length) from.resume()
      // eslint-disable-next-line local/real-time -- it delays real sockets
      else setTimeout(next, 1, at + throttleBytes)
    }
    next(0)
  }

  #pass(chunk: Buffer, to: Socket): void {
    const end = to === this.#client ? this.#ends.firstEnd(chunk) : undefined
    if (this.#isCut) {
      this.#passAfterCut(chunk, to, end)
      return
    }
    const room = this.#trouble.atByte - this.#passed
    this.#passed += chunk.length
    if (chunk.length < room) {
      write(to, chunk)
      return
    }
    this.#isCut = true
    this.#trouble.onCut?.()
    this.#owesCloseFrame = this.#trouble.cut.kind === 'close-code'
    if (this.#owesCloseFrame) this.#passAfterCut(chunk, to, end)
    else {
      write(to, chunk.subarray(0, room))
      this.#cut(this.#trouble.cut)
    }
  }

  #passAfterCut(chunk: Buffer, to: Socket, frameEnd: number | undefined): void {
    const { cut } = this.#trouble
    if (cut.kind === 'half-close') write(to, chunk)
    if (cut.kind !== 'close-code') return
    if (to === this.#server) write(to, chunk)
    else if (this.#owesCloseFrame) {
      write(to, chunk.subarray(0, frameEnd ?? chunk.length))
      if (frameEnd === undefined) return
      this.#owesCloseFrame = false
      write(to, Buffer.from([0x88, 2, cut.code >> 8, cut.code & 0xff]))
    }
  }

  #cut(cut: Cut): void {
    const both = [this.#client, this.#server]
    switch (cut.kind) {
      case 'destroy':
        for (const socket of both) socket.destroy()
        return
      case 'rst':
        for (const socket of both) socket.resetAndDestroy()
        return
      case 'fin':
        for (const socket of both) socket.end()
        return
      case 'half-close':
        if (cut.towards === 'client') this.#client.end()
        else this.#server.end()
        return
      case 'black-hole':
        if (cut.forMs === Infinity) return
        // eslint-disable-next-line local/real-time -- it delays real sockets
        setTimeout(() => {
          for (const socket of both) socket.resetAndDestroy()
        }, cut.forMs)
        return
      case 'close-code':
        return
    }
  }
}

/** Nothing is written past an end. */
function write(to: Socket, chunk: Buffer): void {
  if (to.writable && chunk.length > 0) to.write(chunk)
}
