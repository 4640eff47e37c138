/**
 * A proxy in front of an engine that treats telemetry connections as the test chooses and forwards all others. Real
 * sockets; the choice may change for later connections.
 */
import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { tcpPeer } from './socket-peer.js'

/** What becomes of telemetry: read and forgotten, accepted and never read, or cut off at once. */
export type SinkFate = 'reads' | 'never-reads' | 'refuses'

export interface TelemetryEndpoint {
  readonly url: string
  fate: SinkFate
  /** Connections for telemetry that came so far. */
  readonly dials: number
}

export async function telemetryEndpoint(enginePort: number, fate: SinkFate): Promise<TelemetryEndpoint> {
  let dials = 0
  const peer = await tcpPeer((client) => {
    client.once('data', (head: Buffer) => {
      if (!head.toString('latin1').startsWith('GET /otel')) {
        passOn(client, head, enginePort)
        return
      }
      dials += 1
      meetFate(client, head, endpoint.fate)
    })
  })
  const endpoint = {
    url: peer.url,
    fate,
    get dials() {
      return dials
    },
  }
  return endpoint
}

function passOn(client: Socket, head: Buffer, port: number): void {
  const server = connect(port, '127.0.0.1')
  server.on('error', () => client.destroy())
  server.once('close', () => client.destroy())
  client.once('close', () => server.destroy())
  server.setNoDelay(true)
  client.setNoDelay(true)
  server.write(head)
  client.pipe(server)
  server.pipe(client)
}

function meetFate(client: Socket, head: Buffer, fate: SinkFate): void {
  if (fate === 'refuses') {
    client.destroy()
    return
  }
  const key = /^sec-websocket-key: *(\S+)/im.exec(head.toString('latin1'))?.[1] ?? ''
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  client.write(`${lines.join('\r\n')}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
  if (fate === 'reads') client.resume()
  else client.pause()
}
