/**
 * The floor: the minimal frames of the protocol over bare `ws` with one Map. No time limits, checks or reconnection, so
 * everything that a client does beyond this is its cost.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { End } from '../side.js'

interface Frame {
  readonly type: string
  readonly invocation_id: string
  readonly function_id: string
  readonly data?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export async function connectEnd(url: string): Promise<End> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  const pending = new Map<string, Pending>()
  socket.on('message', (bytes: Buffer) => {
    const { type, invocation_id, function_id, data, result, error } = JSON.parse(bytes.toString()) as Frame
    if (type === 'invokefunction') {
      socket.send(JSON.stringify({ type: 'invocationresult', invocation_id, function_id, result: data }))
    } else if (type === 'invocationresult') {
      const call = pending.get(invocation_id)
      pending.delete(invocation_id)
      if (error === undefined) call?.resolve(result)
      else call?.reject(new Error(error.message))
    }
  })
  await once(socket, 'open')
  return {
    serve: (id) => socket.send(JSON.stringify({ type: 'registerfunction', id })),
    call: (function_id, data) =>
      new Promise((resolve, reject) => {
        const invocation_id = randomUUID()
        pending.set(invocation_id, { resolve, reject })
        socket.send(JSON.stringify({ type: 'invokefunction', invocation_id, function_id, data }))
      }),
  }
}
