/** A scripted engine on a real socket that drops the same unreadable frames as the distributed engine. */
import { onTestFinished } from 'vitest'
import type { WebSocket } from 'ws'
import { webSocketPeer } from './socket-peer.js'
import { whyUnreadable } from './strict-reader.js'

/** Greets, answers pings, and answers calls with their payload. */
export interface StrictPeer {
  readonly url: string
  /** Readable protocol messages, in order. */
  readonly messages: Message[]
  /** Readable telemetry, by prefix. */
  readonly telemetry: { readonly prefix: string; readonly content: unknown }[]
  /** Why frames were dropped. */
  readonly dropped: string[]
  /** Sends the present worker a message. */
  send(message: object): void
  /** The first message that fits, of those from `from` on; waits for one, and rejects when a frame is dropped instead. */
  next(fits: (message: Message) => boolean, from?: number): Promise<Message>
}

type Message = Readonly<Record<string, unknown>>

export async function strictPeer(): Promise<StrictPeer> {
  const messages: StrictPeer['messages'] = []
  const telemetry: StrictPeer['telemetry'] = []
  const dropped: string[] = []
  const waiting: ((dropped?: string) => void)[] = []
  let worker: WebSocket | undefined
  const send = (message: object): void => worker?.send(JSON.stringify(message))
  const answer = (message: Message): void => {
    const { type, invocation_id, function_id, data } = message
    if (type === 'ping') send({ type: 'pong' })
    if (type === 'invokefunction' && invocation_id !== undefined) {
      send({ type: 'invocationresult', invocation_id, function_id, result: data })
    }
  }
  const peer = await webSocketPeer((socket, { url }) => {
    if (url === '/') {
      worker = socket
      send({ type: 'workerregistered', worker_id: WORKER_ID, reattach_token: WORKER_ID })
    }
    socket.on('message', (frame: Buffer, isBinary) => {
      const reason = whyUnreadable(isBinary ? frame : frame.toString())
      if (reason !== undefined) {
        dropped.push(reason)
        waiting.splice(0).forEach((look) => look(reason))
      } else if (isBinary) {
        telemetry.push({ prefix: frame.toString('latin1', 0, 4), content: JSON.parse(frame.toString('utf8', 4)) })
      } else {
        const message = JSON.parse(frame.toString()) as Message
        messages.push(message)
        waiting.splice(0).forEach((look) => look())
        answer(message)
      }
    })
  })
  onTestFinished(() => worker?.terminate())
  const next: StrictPeer['next'] = (fits, from = 0) =>
    new Promise((resolve, reject) => {
      let at = from
      const look = (reason?: string): void => {
        while (at < messages.length) {
          const message = messages[at++]!
          if (fits(message)) {
            resolve(message)
            return
          }
        }
        if (reason === undefined) waiting.push(look)
        else reject(new Error(`A frame was dropped: ${reason}`))
      }
      look()
    })
  return { url: peer.url, messages, telemetry, dropped, send, next }
}

const WORKER_ID = '4b1f1f0e-6a0e-4c53-9f3e-1c7c0b7d2a11'
