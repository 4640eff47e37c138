import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { MAX_FRAME_BYTES } from '../../../../src/wire/protocol/limits.js'
import type { Transport } from '../../../../src/wire/transport/transport.js'
import { listen, type Listener, type UpgradeRequest } from '../../../../src/wire/transport/ws-accept.js'
import { dialWebSocket } from '../../../../src/wire/transport/ws-dial.js'
import { TcpWebSocket, frameBytes } from '../../../kit/tcp-websocket.js'
import { TransportLog } from '../../../kit/transport-log.js'
import { rawCall } from '../../../kit/http-client.js'

interface Accepted {
  readonly log: TransportLog
  readonly transport: Transport
}

async function listener(
  onUpgrade: (request: UpgradeRequest) => void,
  handshakeTimeoutMs = 10_000,
): Promise<Listener & { readonly url: string }> {
  const opened = await listen({ host: '127.0.0.1', port: 0, handshakeTimeoutMs }, onUpgrade)
  onTestFinished(() => opened.close())
  return { ...opened, url: `ws://127.0.0.1:${opened.port}` }
}

function accepting(into: Accepted[]): (request: UpgradeRequest) => void {
  return (request) => {
    const log = new TransportLog()
    request.accept((transport) => {
      into.push({ log, transport })
      return log
    })
  }
}

test('path, query and headers arrive as they were sent', async () => {
  const seen: UpgradeRequest[] = []
  const { url } = await listener((request) => {
    seen.push(request)
    request.refuse(404, 'no')
  })
  const log = new TransportLog()
  dialWebSocket(`${url}/a%20b/c?x=1&x=%20?`, { headers: () => ({ 'X-Token': 'secret' }) }, log)
  await log.next('close')

  expect(seen[0]).toMatchObject({ path: '/a%20b/c', query: 'x=1&x=%20?', remoteAddress: '127.0.0.1' })
  expect(seen[0]?.headers['x-token']).toBe('secret')
})

test('a refusal carries its status', async () => {
  const { url } = await listener((request) => request.refuse(401, 'who are you'))
  const log = new TransportLog()
  dialWebSocket(url, { headers: () => ({}) }, log)

  expect((await log.next('close')).closed).toMatchObject({ code: 1006, status: 401 })
})

test('both ends of an accepted connection exchange frames, and frames sent inside accept come first', async () => {
  const accepted: Accepted[] = []
  const { url } = await listener((request) => {
    accepting(accepted)(request)
    accepted[0]!.transport.send('greeting')
  })
  const log = new TransportLog()
  const transport = dialWebSocket(url, { headers: () => ({}) }, log)
  await log.next('text')
  transport.send('hello')
  await accepted[0]!.log.next('text')
  transport.close(1000, 'done')
  await log.next('close')

  expect(log.all('text')).toEqual([{ kind: 'text', frame: 'greeting' }])
  expect((await accepted[0]!.log.next('close')).closed).toEqual({ code: 1000, reason: 'done' })
})

test('a frame over the limit is answered with 1009, and other connections are unaffected', async () => {
  const accepted: Accepted[] = []
  const { url } = await listener(accepting(accepted))
  const socket = new WebSocket(url)
  socket.on('error', () => undefined)
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(Buffer.alloc(MAX_FRAME_BYTES + 1))
  expect(await closed).toBe(1009)
  expect(accepted[0]!.log.all('binary')).toEqual([])

  const log = new TransportLog()
  dialWebSocket(url, { headers: () => ({}) }, log)
  await log.next('open')
})

test('frames unread at a connection reset are read unchanged or not at all', async () => {
  const payload = Buffer.alloc(10_000, 'payload ')
  const frame = frameBytes({ opcode: 2, payload })
  const accepted: Accepted[] = []
  const { url } = await listener(accepting(accepted))
  const peer = new TcpWebSocket(url)
  await peer.until(() => peer.isUp, 'answer')
  const { log, transport } = accepted[0]!
  peer.socket.write(Buffer.concat([frameBytes({ opcode: 1 }), frame.subarray(0, 1_000)]))
  await log.next('text')
  transport.pause()
  peer.socket.write(frame.subarray(1_000))
  // It has to lie in the socket's buffer when the reset comes, and leave room there: a full one reads no further.
  // eslint-disable-next-line local/real-time -- bytes have to lie in the buffer of the system
  await delay(50)
  peer.socket.resetAndDestroy()
  await log.next('close')

  expect(log.all('binary').map(({ frame: read }) => payload.equals(read))).toEqual([true])
})

test('a request head that never ends is closed', async () => {
  const { port } = await listener(() => undefined, 200)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
  const closed = once(socket, 'close')
  socket.resume()

  await closed
  expect(socket.destroyed).toBe(true)
})

test('a plain HTTP request is answered with 400', async () => {
  const { port } = await listener(() => undefined)
  const response = await fetch(`http://127.0.0.1:${port}/`)

  expect([response.status, await response.text()]).toEqual([400, 'This port accepts WebSocket connections only'])
})

test('an upgrade with too many headers is answered with 431', async () => {
  const { port } = await listener(() => undefined)
  const upgrade = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
  expect(await rawCall(port, `${upgrade}${'a: b\r\n'.repeat(150)}\r\n`)).toContain('HTTP/1.1 431 ')
})

test('a port in use has an error code and names what to do', async () => {
  const { port } = await listener(() => undefined)

  await expect(listen({ host: '127.0.0.1', port, handshakeTimeoutMs: 1_000 }, () => undefined)).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: expect.stringContaining(String(port)) as string,
  })
})

test('closing cuts every socket, idle ones and half-open handshakes too', async () => {
  const accepted: Accepted[] = []
  const opened = await listener(accepting(accepted))
  const { url, port } = opened
  const log = new TransportLog()
  dialWebSocket(url, { headers: () => ({}) }, log)
  const idle = connect(port, '127.0.0.1')
  idle.on('error', () => undefined)
  const idleClosed = new Promise((resolve) => idle.once('close', resolve))
  await log.next('open')
  await opened.close()
  await idleClosed

  expect((await log.next('close')).closed.code).toBe(1006)
  expect((await accepted[0]!.log.next('close')).closed.code).toBe(1006)
})
