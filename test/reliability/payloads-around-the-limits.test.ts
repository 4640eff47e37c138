import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  FRAGMENT_BYTES,
  MAX_FRAME_BYTES,
  MAX_INBOUND_BYTES,
  MAX_MESSAGE_BYTES,
} from '../../src/wire/protocol/limits.js'
import { deferred } from '../../src/std/async/deferred.js'
import { leanLink } from '../kit/load.js'
import { quietWorker } from '../kit/quiet-worker.js'
import { rawSocket, rawWorker } from '../kit/raw-socket.js'
import { SESSION_INFO, webSocketPeer } from '../kit/socket-peer.js'
import { frameBytes, TcpWebSocket } from '../kit/tcp-websocket.js'
import { socketRig } from '../kit/local-rig.js'

const AROUND = [-1, 0, 1]
const MIB = 1024 * 1024

test.each(AROUND)(
  'an invocation of the fragment limit %i byte arrives whole in one message',
  { timeout: 60_000 },
  async (by) => {
    const rig = await socketRig()
    const server = await rig.addWorker()
    server.registerFunction('size', (text: string) => [text.length, text.at(0), text.at(-1)])
    await server.ready()
    const answered = deferred<string>()
    const caller = await leanLink(rig.engine.url, answered.resolve)
    const call = (data: string): object => ({
      type: 'invokefunction',
      invocation_id: '00000000-0000-4000-8000-000000000000',
      function_id: 'size',
      data,
    })
    const overhead = JSON.stringify(call('')).length
    const text = `a${'x'.repeat(FRAGMENT_BYTES + by - overhead - 2)}z`
    caller.send(call(text))
    expect(JSON.parse(await answered.promise)).toMatchObject({ result: [text.length, 'a', 'z'] })
  },
)

test(
  'a payload just over, twice or far over the message limit is refused before it is sent, and the link stays open',
  { timeout: 120_000 },
  async () => {
    const rig = await socketRig()
    const worker = await rig.addWorker()
    worker.registerFunction('echo', (value: unknown) => value)
    await worker.ready()
    const { sessions } = rig.engine.stats()
    for (const bytes of [MAX_MESSAGE_BYTES + 1, 2 * MAX_MESSAGE_BYTES, 6 * MAX_MESSAGE_BYTES]) {
      const call = worker.trigger({ function_id: 'echo', payload: 'x'.repeat(bytes) })
      await expect(call).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE', kind: 'Serde' })
      expect(await worker.trigger({ function_id: 'echo', payload: bytes })).toBe(bytes)
    }
    expect(rig.engine.stats().sessions).toBe(sessions)
  },
)

test(
  'a result over the message limit is an error to its caller, and the link stays open',
  { timeout: 60_000 },
  async () => {
    const rig = await socketRig()
    const worker = await rig.addWorker()
    worker.registerFunction('large', () => 'x'.repeat(MAX_MESSAGE_BYTES + 1))
    worker.registerFunction('small', () => 1)
    await worker.ready()
    await expect(worker.trigger({ function_id: 'large', payload: {} })).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
    })
    expect(await worker.trigger({ function_id: 'small', payload: {} })).toBe(1)
  },
)

/** A text message of exactly so many bytes in fragments of at most 15 MiB. */
function sendMessage(socket: Awaited<ReturnType<typeof rawSocket>>['socket'], bytes: number): void {
  const head = '{"type":"ping","filler":"'
  const message = Buffer.alloc(bytes, 'x')
  message.write(head)
  message.write('"}', bytes - 2)
  for (let start = 0; start < bytes; start += FRAGMENT_BYTES) {
    const end = start + FRAGMENT_BYTES
    socket.send(message.subarray(start, end), { binary: false, fin: end >= bytes })
  }
}

test.each([...AROUND.map((by) => MAX_MESSAGE_BYTES + by), 2 * MAX_MESSAGE_BYTES])(
  'the engine accepts a message of %i bytes up to its limit and closes with 1009 above it',
  { timeout: 60_000 },
  async (bytes) => {
    const { engine } = await socketRig()
    const sender = await rawSocket(engine.url)
    sendMessage(sender.socket, bytes)
    if (bytes <= MAX_MESSAGE_BYTES) await sender.next(({ type }) => type === 'pong', 20_000)
    else expect(await sender.closed).toBe(1009)
    const healthy = await rawWorker(engine.url)
    healthy.send({ type: 'ping' })
    await healthy.next(({ type }) => type === 'pong')
  },
)

test.each([0, 1, MAX_FRAME_BYTES, 99 * MAX_FRAME_BYTES])(
  'a single frame whose head claims the frame limit and %i bytes is judged by its head',
  async (by) => {
    const { engine } = await socketRig()
    const client = new TcpWebSocket(engine.url)
    await client.until(() => client.frames.length > 0, 'greeting')
    client.socket.write(frameBytes({ opcode: 2, claimedLength: BigInt(MAX_FRAME_BYTES + by), lengthBytes: 8 }))
    if (by > 0) {
      await client.until(() => client.closeCode !== undefined, 'close frame')
      expect(client.closeCode).toBe(1009)
    } else {
      for (let sent = 0; sent < 16; sent++) client.socket.write(Buffer.alloc(MIB))
      client.socket.write(frameBytes({ opcode: 9, payload: Buffer.from('still there') }))
      const isAnswered = (): boolean => client.frames.some(({ opcode }) => opcode === 10)
      await client.until(isAnswered, 'pong')
      expect(isAnswered()).toBe(true)
      expect(client.closeCode).toBeUndefined()
    }
    client.socket.destroy()
    const healthy = await rawWorker(engine.url)
    healthy.send({ type: 'ping' })
    await healthy.next(({ type }) => type === 'pong')
  },
)

test('a worker closes with 1009 when a frame exceeds its inbound limit, and reconnects', async () => {
  const codes: number[] = []
  const again = deferred<undefined>()
  let links = 0
  const peer = await webSocketPeer((socket, request) => {
    links += 1
    socket.send(SESSION_INFO)
    socket.on('close', (code) => codes.push(code))
    if (links > 1) again.resolve(undefined)
    // Only the frame header, which declares the length: the test need not allocate half a gigabyte.
    else socket.once('message', () => request.socket.write(frameHead(MAX_INBOUND_BYTES + 1)))
  })
  const worker = quietWorker(peer.url, { reconnectionConfig: { initialDelayMs: 1, maxDelayMs: 1 } })
  await again.promise

  expect(codes).toEqual([1009])
  await expect.poll(() => worker.getConnectionState()).toBe('connected')
  await worker.shutdown()
})

test('a frame of exactly the inbound limit is accepted', async () => {
  const codes: number[] = []
  const peer = await webSocketPeer((socket, request) => {
    socket.send(SESSION_INFO)
    socket.on('close', (code) => codes.push(code))
    socket.once('message', () => {
      request.socket.write(frameHead(MAX_INBOUND_BYTES))
      request.socket.write(Buffer.alloc(MIB, 'x'))
    })
  })
  const worker = quietWorker(peer.url, {})
  await expect.poll(() => worker.getConnectionState()).toBe('connected')
  // eslint-disable-next-line local/real-time -- a close that must not come would take this long
  await delay(200)

  expect([worker.getConnectionState(), codes]).toEqual(['connected', []])
  await worker.shutdown()
})

/** The first bytes of a whole text message of this size, from a server. */
function frameHead(bytes: number): Buffer {
  const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0])
  head.writeBigUInt64BE(BigInt(bytes), 2)
  return head
}
