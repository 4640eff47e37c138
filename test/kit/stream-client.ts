/** A client of the stream port on a real socket. It is closed when its test ends. */
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { Changes } from './waiting.js'

export interface StreamFrame {
  readonly type: 'stream'
  readonly timestamp: number
  readonly streamName: string
  readonly groupId: string
  readonly id: string | null
  readonly event: { readonly type: string; readonly data?: unknown; readonly event?: unknown }
}

/** A client that queues received messages. */
export class StreamSocket {
  readonly ws: WebSocket
  readonly #frames: StreamFrame[] = []
  readonly #changes = new Changes()

  private constructor(ws: WebSocket) {
    this.ws = ws
    ws.on('message', (data: Buffer) => {
      this.#frames.push(JSON.parse(data.toString()) as StreamFrame)
      this.#changes.changed()
    })
  }

  static async open(url: string, headers: Record<string, string>): Promise<StreamSocket> {
    const ws = new WebSocket(url, { headers })
    onTestFinished(() => ws.terminate())
    // Listening from the start: a frame may come in the packet that ends the handshake.
    const socket = new StreamSocket(ws)
    await new Promise((resolve, reject) => {
      ws.once('open', resolve)
      ws.once('error', reject)
    })
    return socket
  }

  send(frame: unknown): void {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  request(type: 'join' | 'leave', subscriptionId: string, [streamName, groupId, id]: readonly string[]): void {
    this.send({ type, data: { subscriptionId, streamName, groupId, ...(id !== undefined && { id }) } })
  }

  /** Joins and takes the first answer. */
  async join(subscriptionId: string, ...target: readonly string[]): Promise<StreamFrame> {
    this.request('join', subscriptionId, target)
    return this.next()
  }

  /** Takes the oldest frame not taken yet, waiting for it if need be. */
  async next(): Promise<StreamFrame> {
    await this.#changes.until(
      () => this.#frames.length > 0,
      () => 'no frame',
    )
    return this.#frames.shift()!
  }

  /** Frames that came until the server has answered a ping sent now: all it had to say before. */
  async receivedByNow(): Promise<StreamFrame[]> {
    await new Promise((resolve) => {
      this.ws.once('pong', resolve)
      this.ws.ping()
    })
    return this.#frames.splice(0)
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.ws.once('close', resolve)
      this.ws.close()
    })
  }
}
