/**
 * The stream built-in on a free port with the engine played by a fake host, and clients on real sockets. Everything is
 * closed when the test has ended.
 */
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { Binding } from '../../src/engine/builtins/builtin.js'
import { createStreamBuiltin, type StreamBuiltin } from '../../src/engine/builtins/stream/stream-builtin.js'
import { parseStreamConfig } from '../../src/engine/builtins/stream/stream-config.js'
import { bindingOf, bindTo, callBuiltin, FakeHost } from './fake-host.js'
import { Changes } from './waiting.js'

export interface StreamFrame {
  readonly type: 'stream'
  readonly timestamp: number
  readonly streamName: string
  readonly groupId: string
  readonly id: string | null
  readonly event: { readonly type: string; readonly data?: unknown; readonly event?: unknown }
}

export interface StreamRig {
  readonly host: FakeHost
  readonly builtin: StreamBuiltin
  readonly call: (name: string, input: unknown, context?: object) => Promise<unknown>
  readonly bind: (id: string, triggerType: string, functionId: string, members?: Partial<Binding>) => Promise<void>
  /** Connects a client; `path` may hold a query. */
  readonly connect: (path?: string, headers?: Record<string, string>) => Promise<StreamSocket>
}

export async function startStream(config: object = {}, local: object = {}): Promise<StreamRig> {
  const host = new FakeHost()
  const builtin = createStreamBuiltin(host, parseStreamConfig({ host: '127.0.0.1', port: 0, ...config }, local))
  await builtin.start()
  onTestFinished(() => builtin.stop())
  return {
    host,
    builtin,
    call: (name, input, context = {}) => callBuiltin(builtin, `stream::${name}`, input, context),
    bind: (id, triggerType, functionId, members = {}) =>
      bindTo(builtin, bindingOf({ id, triggerType, functionId, config: null, ...members })),
    connect: (path = '/', headers = {}) => StreamSocket.open(`${builtin.url ?? ''}${path}`, headers),
  }
}

/** A client that queues received messages. */
export class StreamSocket {
  readonly ws: WebSocket
  readonly #heard: StreamFrame[] = []
  readonly #changes = new Changes()

  private constructor(ws: WebSocket) {
    this.ws = ws
    ws.on('message', (data: Buffer) => {
      this.#heard.push(JSON.parse(data.toString()) as StreamFrame)
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
      () => this.#heard.length > 0,
      () => 'no frame',
    )
    return this.#heard.shift()!
  }

  /** Frames that came until the server has answered a ping sent now: all it had to say before. */
  async heardByNow(): Promise<StreamFrame[]> {
    await new Promise((resolve) => {
      this.ws.once('pong', resolve)
      this.ws.ping()
    })
    return this.#heard.splice(0)
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.ws.once('close', resolve)
      this.ws.close()
    })
  }
}
