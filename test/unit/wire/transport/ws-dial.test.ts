import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FRAGMENT_BYTES } from '../../../../src/wire/protocol/limits.js'
import { HIGH_WATER_BYTES } from '../../../../src/wire/transport/transport.js'
import { dialWebSocket } from '../../../../src/wire/transport/ws-dial.js'
import { httpPeer, tcpPeer, webSocketPeer } from '../../../kit/socket-peer.js'
import { TransportLog } from '../../../kit/transport-log.js'
import { until } from '../../../kit/waiting.js'

const noHeaders = { headers: () => ({}) }

test('frames sent inside the open event are the first on the wire, in order', async () => {
  const frames: string[] = []
  const peer = await webSocketPeer((socket) => {
    socket.on('message', (data) => frames.push((data as Buffer).toString()))
  })
  const log = new TransportLog()
  log.onOpen = () => {
    for (let index = 0; index < 100; index += 1) transport.send(`frame ${index}`)
  }
  const transport = dialWebSocket(peer.url, noHeaders, log)
  await log.next('open')
  transport.close(1000)
  await log.next('close')

  expect(frames).toEqual(Array.from({ length: 100 }, (_, index) => `frame ${index}`))
})

test('headers set in the tick of the dial reach its handshake', async () => {
  let seen: unknown
  const peer = await webSocketPeer((_socket, request) => {
    seen = request.headers['x-token']
  })
  let headers = { 'x-token': 'old' }
  const log = new TransportLog()
  const transport = dialWebSocket(peer.url, { headers: () => headers }, log)
  headers = { 'x-token': 'new' }
  await log.next('open')
  transport.terminate()

  expect(seen).toBe('new')
})

test.each([400, 401, 403, 404, 426, 500, 503])(
  'a handshake refused with %i reports the status at once',
  async (status) => {
    const peer = await httpPeer((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/plain' }).end('no')
    })
    const log = new TransportLog()
    dialWebSocket(peer.url, noHeaders, log)
    const { closed } = await log.next('close', { withinMs: 2_000 })

    expect(closed).toMatchObject({ code: 1006, status })
    expect(log.events.map(({ kind }) => kind)).toEqual(['close'])
  },
)

test('a refusal whose body never ends is still a refusal at once', async () => {
  const peer = await tcpPeer((socket) => {
    socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 1000000\r\n\r\nsome')
  })
  const log = new TransportLog()
  dialWebSocket(peer.url, noHeaders, log)

  expect((await log.next('close', { withinMs: 2_000 })).closed).toMatchObject({ code: 1006, status: 401 })
})

test('a redirect is not followed', async () => {
  const peer = await httpPeer((_request, response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
  })
  const log = new TransportLog()
  dialWebSocket(peer.url, noHeaders, log)

  expect((await log.next('close')).closed).toMatchObject({ status: 302 })
})

test.each([
  ['is closed', (socket: { destroy(): void }) => socket.destroy()],
  ['talks nonsense', (socket: { end(text: string): void }) => socket.end('220 mail ready\r\n')],
  [
    'answers with a wrong accept key',
    (socket: { write(text: string): void }) =>
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n',
      ),
  ],
] as const)('a peer that %s during the handshake ends the dial', async (_name, act) => {
  const peer = await tcpPeer((socket) => {
    socket.once('data', () => {
      ;(act as (socket: unknown) => void)(socket)
    })
  })
  const log = new TransportLog()
  dialWebSocket(peer.url, noHeaders, log)
  const { closed } = await log.next('close')

  expect(closed.code).toBe(1006)
  expect(closed.cause).toBeInstanceOf(Error)
  expect(log.all('open')).toEqual([])
})

test('a closed port ends the dial', async () => {
  const peer = await webSocketPeer(() => undefined)
  await peer.stop()
  const log = new TransportLog()
  dialWebSocket(peer.url, noHeaders, log)

  expect((await log.next('close')).closed).toMatchObject({ code: 1006, cause: { code: 'ECONNREFUSED' } })
})

test.each(['close', 'terminate'] as const)('%s ends a dial in the tick that started it', async (how) => {
  const peer = await webSocketPeer(() => undefined)
  const log = new TransportLog()
  const transport = dialWebSocket(peer.url, noHeaders, log)
  transport[how]()
  await log.next('close')
  // eslint-disable-next-line local/real-time -- an event that must not come would take this long
  await delay(20)

  expect(log.events.map(({ kind }) => kind)).toEqual(['close'])
  expect(peer.sockets.size).toBe(0)
})

test.each(['close', 'terminate'] as const)('%s ends a handshake that stalls', async (how) => {
  const peer = await tcpPeer(() => undefined)
  const log = new TransportLog()
  const transport = dialWebSocket(peer.url, noHeaders, log)
  await until(() => peer.sockets.size === 1)
  transport[how]()

  expect((await log.next('close')).closed.code).toBe(1006)
})

test('messages over the frame limit leave in fragments and arrive whole, text and binary', async () => {
  const received: { readonly hash: string; readonly isBinary: boolean }[] = []
  const peer = await webSocketPeer((socket) => {
    socket.on('message', (data, isBinary) => {
      received.push({ hash: hashOf(data as Buffer), isBinary })
      socket.send('got')
    })
  })
  const log = new TransportLog()
  const transport = dialWebSocket(peer.url, noHeaders, log)
  await log.next('open')
  const text = 'ü€'.repeat(FRAGMENT_BYTES / 4)
  const binary = new Uint8Array(2 * FRAGMENT_BYTES).fill(7)
  transport.send(text)
  transport.send(binary)
  await log.next('text', { count: 2 })
  transport.close()
  await log.next('close')

  expect(received).toEqual([
    { hash: hashOf(Buffer.from(text)), isBinary: false },
    { hash: hashOf(binary), isBinary: true },
  ])
})

test('a send buffer over the high-water mark reports when it has drained', async () => {
  let release: () => void = () => undefined
  const peer = await webSocketPeer((socket) => {
    socket.pause()
    release = () => socket.resume()
  })
  const log = new TransportLog()
  const transport = dialWebSocket(peer.url, noHeaders, log)
  await log.next('open')
  for (let index = 0; index < 24; index += 1) transport.send('x'.repeat(1024 * 1024))
  expect(transport.bufferedBytes).toBeGreaterThan(HIGH_WATER_BYTES)
  expect(log.all('drained')).toEqual([])
  release()
  await log.next('drained')

  expect(transport.bufferedBytes).toBeLessThan(HIGH_WATER_BYTES)
  transport.terminate()
})

test('everything after close and terminate is ignored, and close comes once', async () => {
  const peer = await webSocketPeer(() => undefined)
  const log = new TransportLog()
  const transport = dialWebSocket(peer.url, noHeaders, log)
  await log.next('open')
  transport.close(1000, 'bye')
  transport.close(1000)
  transport.send('late')
  transport.ping()
  transport.terminate()
  transport.terminate()
  await log.next('close')
  transport.send('later')
  transport.ping()
  transport.close()
  transport.terminate()
  transport.pause()
  transport.resume()
  // eslint-disable-next-line local/real-time -- an event that must not come would take this long
  await delay(20)

  expect(log.all('close')).toHaveLength(1)
})

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
