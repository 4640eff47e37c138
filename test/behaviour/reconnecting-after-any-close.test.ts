import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { Worker } from '../../src/sdk/worker/worker.js'
import { quietWorker } from '../kit/quiet-worker.js'
import { SESSION_INFO, webSocketPeer, type SocketPeer } from '../kit/socket-peer.js'
import { tcpProxy } from '../kit/tcp-proxy.js'

/** How a peer ends a link. */
type Ending = (socket: WebSocket, tcp: Socket) => void

/** A close frame as bytes: codes that no library agrees to send. */
const rawClose =
  (code: number): Ending =>
  (_socket, tcp) =>
    tcp.write(Buffer.from([0x88, 0x02, code >> 8, code & 0xff]))

const sendable = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
const endings: Record<string, Ending> = {
  ...Object.fromEntries(
    sendable.map((code) => [`closes with ${code}`, (socket: WebSocket) => socket.close(code, 'why')]),
  ),
  'closes without a code': (socket) => socket.close(),
  ...Object.fromEntries(
    [999, 1004, 1005, 1006, 1015, 1016, 2999, 5000].map((code) => [`sends the forbidden code ${code}`, rawClose(code)]),
  ),
  'ends its side of the connection': (_socket, tcp) => tcp.end(),
  'cuts the connection': (_socket, tcp) => tcp.destroy(),
  'resets the connection': (_socket, tcp) => tcp.resetAndDestroy(),
  'sends a reserved opcode': (_socket, tcp) => tcp.write(Buffer.from([0x83, 0x00])),
  'sends a masked frame': (_socket, tcp) => tcp.write(Buffer.from([0x81, 0x80, 0, 0, 0, 0])),
  'sends broken UTF-8': (_socket, tcp) => tcp.write(Buffer.from([0x81, 0x01, 0xff])),
}

const fast = { reconnectionConfig: { initialDelayMs: 1, maxDelayMs: 1 } }

/** A peer that ends its first link in some way and keeps the others; counts all of them. */
async function endingPeer(end: Ending): Promise<{ peer: SocketPeer; links: () => number; secondLink: Promise<void> }> {
  let links = 0
  let second: () => void = () => undefined
  const secondLink = new Promise<void>((resolve) => (second = resolve))
  const peer = await webSocketPeer((socket, request) => {
    links += 1
    socket.send(SESSION_INFO)
    if (links > 1) second()
    else socket.once('message', () => end(socket, request.socket))
  })
  return { peer, links: () => links, secondLink }
}

const routes = ['directly', 'through a proxy'] as const

if (process.env['SHOW_FIGURES'] !== undefined)
  process.stdout.write(`${String(Object.keys(endings).length)} endings on ${String(routes.length)} routes\n`)

for (const route of routes) {
  test.each(Object.keys(endings))(`${route}: a worker whose peer %s connects again`, async (name) => {
    const { peer, secondLink } = await endingPeer(endings[name]!)
    const { url } = route === 'directly' ? peer : await tcpProxy(peer.port)
    const worker = quietWorker(url, fast)

    await secondLink
    expect(worker.stats().reconnects).toBeLessThanOrEqual(1)
  })

  test(`${route}: a worker that shut down does not reconnect`, async () => {
    const { peer, links } = await endingPeer(() => undefined)
    const { url } = route === 'directly' ? peer : await tcpProxy(peer.port)
    const worker = quietWorker(url, fast)
    await connected(worker)
    await worker.shutdown()
    // eslint-disable-next-line local/real-time -- a dial that must not follow would take this long
    await delay(50)

    expect(links()).toBe(1)
    await expect.poll(() => peer.sockets.size).toBe(0)
  })

  test(`${route}: a worker that was rejected does not reconnect`, async () => {
    const { peer, links } = await endingPeer((socket) => {
      socket.send('{"type":"registrationrejected","code":"WORKER_NAMESPACE_CONFLICT","owner_worker_id":"o"}')
      socket.close()
    })
    const { url } = route === 'directly' ? peer : await tcpProxy(peer.port)
    const worker = quietWorker(url, fast)
    await expect.poll(() => worker.getConnectionState(), { timeout: 3_000 }).toBe('failed')
    // Until the engine has said nothing about the holder, it is dialled.
    const before = links()
    // eslint-disable-next-line local/real-time -- a dial that must not follow would take this long
    await delay(50)

    expect(links()).toBe(before)
    expect(worker.getFatalError()?.code).toBe('WORKER_NAMESPACE_CONFLICT')
  })
}

test('the check fails against a peer that sends only session info', async () => {
  const { peer, secondLink } = await endingPeer(() => undefined)
  quietWorker(peer.url, fast)

  // eslint-disable-next-line local/real-time -- a dial that must not follow would take this long
  expect(await Promise.race([secondLink, delay(200, 'none')])).toBe('none')
})

async function connected(worker: Worker): Promise<void> {
  await expect.poll(() => worker.getConnectionState(), { timeout: 3_000 }).toBe('connected')
}
