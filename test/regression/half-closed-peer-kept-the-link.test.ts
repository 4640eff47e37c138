import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { tcpPeer } from '../kit/socket-peer.js'
import { TransportLog } from '../kit/transport-log.js'

test('a peer that closes but keeps its TCP connection open is found by the next frame or ping', async () => {
  for (const act of ['send', 'ping'] as const) {
    const peer = await tcpPeer((socket) => {
      socket.once('data', (request: Buffer) => {
        const key = /sec-websocket-key: (\S+)/i.exec(request.toString())![1]!
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
        )
        socket.write(Buffer.from([0x88, 0x00]))
      })
    })
    const log = new TransportLog()
    const transport = dialWebSocket(peer.url, { headers: () => ({}) }, log)
    await log.next('open')
    // eslint-disable-next-line local/real-time -- an end that must not come would take this long
    await delay(50)
    expect(log.all('close')).toEqual([])
    transport[act]('too late')
    expect((await log.next('close', { withinMs: 1_000 })).closed.code).toBe(1005)
  }
})
