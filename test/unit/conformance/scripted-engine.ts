/**
 * A minimal engine on one socket: session info, worker registration, ping, and calls routed back to their own sender.
 * The test scripts everything else.
 */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

export interface ScriptedEngine extends AsyncDisposable {
  readonly targets: { readonly main: string; readonly http: string }
}

type Frame = Readonly<Record<string, unknown>>

/** Upgrades to `/locked` are refused with 401 and a text; HTTP requests are answered with their method. */
export async function startScriptedEngine(onFrame: (frame: Frame, socket: WebSocket) => void): Promise<ScriptedEngine> {
  const server = createServer((request, response) => response.setHeader('x-kind', 'echo').end(request.method))
  const acceptor = new WebSocketServer({
    server,
    verifyClient: ({ req }, done) => done(req.url !== '/locked', 401, 'locked', { 'content-type': 'text/plain' }),
  })
  acceptor.on('connection', (socket) => {
    const send = (frame: Frame): void => socket.send(JSON.stringify(frame))
    send({ type: 'workerregistered', worker_id: randomUUID(), reattach_token: randomUUID() })
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return
      const frame = JSON.parse(data.toString()) as Frame
      const { invocation_id, function_id } = frame
      if (frame['type'] === 'ping') send({ type: 'pong' })
      else if (function_id === 'engine::workers::register') {
        send({ type: 'invocationresult', invocation_id, function_id, result: { success: true } })
      } else onFrame(frame, socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    targets: { main: `ws://127.0.0.1:${port}`, http: `http://127.0.0.1:${port}` },
    async [Symbol.asyncDispose]() {
      for (const socket of acceptor.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
