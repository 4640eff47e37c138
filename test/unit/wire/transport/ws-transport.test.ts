import { expect, onTestFinished, test } from 'vitest'
import { FRAGMENT_BYTES } from '../../../../src/wire/protocol/limits.js'
import type { Transport } from '../../../../src/wire/transport/transport.js'
import { listen } from '../../../../src/wire/transport/ws-accept.js'
import { dialWebSocket } from '../../../../src/wire/transport/ws-dial.js'
import { webSocketPeer } from '../../../kit/socket-peer.js'
import { frameBytes, TcpWebSocket } from '../../../kit/tcp-websocket.js'
import { TransportLog } from '../../../kit/transport-log.js'

const TEXT = 1
const CLOSE = 8
const PING = 9
const PONG = 10

/** An accepted transport, seen by a client that shows every single frame; `onText` answers within the frame's event. */
async function accepted(onText: (transport: Transport, text: string) => void = () => undefined) {
  const log = new TransportLog()
  const ready: { transport?: Transport } = {}
  const listener = await listen({ host: '127.0.0.1', port: 0, handshakeTimeoutMs: 5_000 }, (request) => {
    request.accept((transport) => {
      ready.transport = transport
      return Object.assign(log, {
        text: (text: string) => {
          onText(transport, text)
        },
      })
    })
  })
  onTestFinished(() => listener.close())
  const client = new TcpWebSocket(`ws://127.0.0.1:${listener.port}/`)
  onTestFinished(() => void client.socket.destroy())
  await log.next('open')
  if (ready.transport === undefined) throw new Error('opened without a transport')
  return { client, log, transport: ready.transport }
}

const shown = (client: TcpWebSocket): (string | number)[] =>
  client.frames.map(({ opcode, payload }) => (opcode === TEXT ? payload.toString() : opcode))
const text = (content: string): Buffer => frameBytes({ opcode: TEXT, payload: Buffer.from(content) })

test('the answer to a frame is sent before the close frame that answers the close frame right behind it', async () => {
  const { client } = await accepted((transport, question) => {
    transport.send(`answer to ${question}`)
  })
  client.socket.write(Buffer.concat([text('one'), text('two'), frameBytes({ opcode: CLOSE })]))
  await client.until(() => client.closeCode !== undefined, 'close frame')

  expect(shown(client)).toEqual(['answer to one', 'answer to two', CLOSE])
})

test('the answer to a frame is sent before the close frame for a broken frame right behind it', async () => {
  const { client } = await accepted((transport) => {
    transport.send('answer')
  })
  client.socket.write(Buffer.concat([text('one'), frameBytes({ opcode: 3 })]))
  await client.until(() => client.closeCode !== undefined, 'close frame')

  expect([shown(client), client.closeCode]).toEqual([['answer', CLOSE], 1002])
})

test('own pings and the close frame keep their order among the frames of one event-loop tick', async () => {
  const { client, transport } = await accepted()
  transport.send('before')
  transport.ping()
  transport.send('between')
  transport.close(1000)
  transport.send('after the close frame')
  await client.until(() => client.closeCode !== undefined, 'close frame')

  expect(shown(client)).toEqual(['before', PING, 'between', CLOSE])
})

test('the answer to a ping is never put inside a frame', async () => {
  const { client } = await accepted((transport, question) => {
    transport.send(question.repeat(1_000))
  })
  const burst = Array.from({ length: 50 }, (_, n) => [text(String(n)), frameBytes({ opcode: PING })]).flat()
  client.socket.write(Buffer.concat(burst))
  await client.until(() => client.frames.length === 100, '100 frames')

  const texts = client.frames.filter(({ opcode }) => opcode === TEXT).map(({ payload }) => payload.toString())
  expect(texts).toEqual(Array.from({ length: 50 }, (_, n) => String(n).repeat(1_000)))
  expect(client.frames.filter(({ opcode }) => opcode === PONG)).toHaveLength(50)
})

test('small, large and fragmented frames, text and binary, arrive in the order they were sent', async () => {
  const sizes: string[] = []
  const peer = await webSocketPeer((socket) => {
    socket.on('message', (data: Buffer, isBinary) => {
      sizes.push(`${isBinary ? 'binary' : 'text'} ${data.length}`)
      if (sizes.length === 8) socket.send('all')
    })
  })
  const log = new TransportLog()
  const transport = dialWebSocket(peer.url, { headers: () => ({}) }, log)
  await log.next('open')
  transport.send('1')
  transport.send('x'.repeat(100_000))
  transport.send('22')
  transport.send('x'.repeat(FRAGMENT_BYTES + 1))
  transport.send('333')
  transport.send(new Uint8Array(FRAGMENT_BYTES + 1))
  transport.send(new Uint8Array(3))
  transport.send('4444')
  await log.next('text', { withinMs: 8_000 })
  transport.terminate()

  expect(sizes).toEqual([
    'text 1',
    'text 100000',
    'text 2',
    `text ${FRAGMENT_BYTES + 1}`,
    'text 3',
    `binary ${FRAGMENT_BYTES + 1}`,
    'binary 3',
    'text 4',
  ])
})

test('bytes count as buffered from the moment they are sent until they are handed over', async () => {
  const { client, transport } = await accepted()
  transport.send('x'.repeat(1_000))
  expect(transport.bufferedBytes).toBe(1_004)
  await new Promise<void>((resolve) => {
    transport.flushed(resolve)
  })
  expect(transport.bufferedBytes).toBe(0)
  await client.until(() => client.frames.length === 1, 'frame')
})

test('a connection cut in the tick of a send ends without an error', async () => {
  const { log, transport } = await accepted()
  transport.send('never sent')
  transport.terminate()
  const { closed } = await log.next('close')

  expect(closed).toEqual({ code: 1006, reason: '' })
})

test('frames in the same chunk as the one that paused reading wait for the resume, in order', async () => {
  const seen: string[] = []
  const { client, log, transport } = await accepted((accepted, content) => {
    seen.push(content)
    if (content === '1' || content === '3') accepted.pause()
  })
  client.socket.write(Buffer.concat(['1', '2', '3', '4'].map(text)))
  await log.next('activity')
  client.socket.write(Buffer.concat(['5', '6'].map(text)))
  await turns()
  expect(seen).toEqual(['1'])
  transport.resume()
  await turns()
  expect(seen).toEqual(['1', '2', '3'])
  transport.resume()
  transport.pause()
  await turns()
  expect(seen).toEqual(['1', '2', '3'])
  transport.resume()
  await expect.poll(() => seen).toEqual(['1', '2', '3', '4', '5', '6'])
})

test('frames before a close frame are delivered and answered before it is, paused or not', async () => {
  const { client, log } = await accepted((transport, question) => {
    transport.pause()
    transport.send(`answer to ${question}`)
  })
  client.socket.write(Buffer.concat([text('one'), text('two'), text('three'), frameBytes({ opcode: CLOSE })]))
  await client.until(() => client.closeCode !== undefined, 'close frame')

  expect(shown(client)).toEqual(['answer to one', 'answer to two', 'answer to three', CLOSE])
  expect((await log.next('close')).closed).toEqual({ code: 1005, reason: '' })
})

test('frames received before a connection loss are delivered before the close event, paused or not', async () => {
  const seen: string[] = []
  const { client, log } = await accepted((transport, content) => {
    transport.pause()
    seen.push(content)
  })
  log.close = () => void seen.push('end')
  client.socket.write(Buffer.concat(['1', '2', '3'].map(text)), () => client.socket.resetAndDestroy())
  await expect.poll(() => seen).toEqual(['1', '2', '3', 'end'])
})

/** Lets the event loop look at its sockets some times. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
