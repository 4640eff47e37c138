/** An engine's telemetry path over a real socket; closed when the test ends. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { telemetryPayload } from './telemetry-payload.js'

export async function telemetryServer() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  const frames: { readonly prefix: string; readonly payload: unknown }[] = []
  const requests: IncomingMessage[] = []
  server.on('connection', (socket, request) => {
    requests.push(request)
    socket.on('message', (bytes: Buffer) => frames.push(telemetryPayload(bytes)))
  })
  await once(server, 'listening')
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { server, frames, requests, url: `ws://127.0.0.1:${String(port)}` }
}
