/** Peers that complete a WebSocket handshake and then stop reading: an engine for a worker, and a worker for an engine. */
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import { SESSION_INFO, tcpPeer, type SocketPeer } from './socket-peer.js'
import { frameBytes } from './tcp-websocket.js'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** An engine that accepts the session and reads nothing after the handshake. */
export function stalledEngine(): Promise<SocketPeer> {
  return tcpPeer((socket) => {
    socket.once('data', (request: Buffer) => {
      socket.pause()
      const key = /sec-websocket-key: (\S+)/i.exec(request.toString())![1]!
      const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64')
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
      socket.write(frameBytes({ opcode: 1, payload: Buffer.from(SESSION_INFO), masked: false }))
    })
  })
}

/** A worker that serves a function, and reads nothing after its handshake. */
export async function stalledWorker(url: string, functionId: string): Promise<void> {
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  )
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  const announcement = { type: 'invokefunction', function_id: 'engine::workers::register', action: { type: 'void' } }
  for (const frame of [
    { ...announcement, data: { pid: 1 } },
    { type: 'registerfunction', id: functionId },
  ]) {
    socket.write(frameBytes({ opcode: 1, payload: Buffer.from(JSON.stringify(frame)) }))
  }
}
