import { once } from 'node:events'
import { expect, test } from 'vitest'
import { readBody } from '../../../../../../src/engine/builtins/http/request/request-body.js'
import type { ChannelPayload } from '../../../../../../src/engine/builtins/builtin.js'
import { TickLane } from '../../../../../../src/std/time/tick-lane.js'
import { VirtualClock } from '../../../../../../src/std/time/virtual-clock.js'
import { openRequest, rawSocket, readAnswer, readToEnd, responseOf } from '../../../../../kit/http-client.js'
import { heldHandler, startHttp } from '../../../../../kit/builtin-rig.js'
import { stalled } from '../../../../../kit/waiting.js'

const MAX_JSON_BODY_BYTES = 16 * 1024 * 1024
const JSON_HEADERS = { 'content-type': 'application/json' }

async function itemsOf(channel: AsyncIterable<ChannelPayload>): Promise<ChannelPayload[]> {
  const items: ChannelPayload[] = []
  for await (const item of channel) items.push(item)
  return items
}

/** A POST route `/a` whose handler is held. */
async function startUpload(config: object = {}) {
  const rig = await startHttp(config)
  const handler = heldHandler(rig.host, 'f')
  await rig.route('f', { api_path: '/a', http_method: 'POST' })
  return { ...rig, handler }
}

test('a JSON body is in the payload, and on the channel as one binary item', async () => {
  const { host, call, handler } = await startUpload()
  const pending = call({
    method: 'POST',
    path: '/a',
    headers: { 'content-type': 'Application/JSON; charset=utf-8' },
    body: '{"a":1}',
  })
  const payload = await handler.payload
  expect(payload).toMatchObject({ body: { a: 1 } })
  expect((await itemsOf(host.channelOf(payload, 'request_body'))).map(String)).toEqual(['{"a":1}'])
  handler.answer({})
  expect((await pending).status).toBe(200)
})

test.each([
  ['broken JSON', JSON_HEADERS, '{oops'],
  ['no JSON at all', JSON_HEADERS, ''],
  ['JSON that is no UTF-8', JSON_HEADERS, Buffer.from([0x22, 0xff, 0x22])],
  ['JSON deeper than 127 levels', JSON_HEADERS, '['.repeat(128) + ']'.repeat(128)],
  ['JSON so deep that a stack would end', JSON_HEADERS, '['.repeat(1_000_000)],
  ['text', { 'content-type': 'text/plain' }, 'hello'],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1&b=2'],
  ['a body without a type', {}, '{"a":1}'],
])('%s leaves the body null and the raw bytes on the channel', async (_, headers, body) => {
  const { host, call, handler } = await startUpload()
  const pending = call({ method: 'POST', path: '/a', headers, body })
  const payload = await handler.payload
  expect(payload).toMatchObject({ body: null })
  const items = await itemsOf(host.channelOf(payload, 'request_body'))
  expect(Buffer.concat(items as Uint8Array[]).equals(Buffer.from(body))).toBe(true)
  handler.answer({})
  expect((await pending).status).toBe(200)
})

test.each([['null'], ['false'], ['0'], ['"x"'], ['[1,2]'], ['['.repeat(127) + ']'.repeat(127)], [' {"a" : 1}\n']])(
  'the JSON %s is read',
  async (text) => {
    const lane = new TickLane(new VirtualClock())
    expect(await readBody(Buffer.from(text), lane)).toEqual({ value: JSON.parse(text) as unknown })
  },
)

test('a request without a body has a channel that is at its end', async () => {
  const { host, call, handler } = await startUpload()
  const pending = call({ method: 'POST', path: '/a' })
  expect(await itemsOf(host.channelOf(await handler.payload, 'request_body'))).toEqual([])
  handler.answer({})
  await pending
})

test('a large upload flows through the channel no faster than it is read', async () => {
  const { host, port, handler } = await startUpload()
  const sent = openRequest({ port, method: 'POST', path: '/a', headers: { 'transfer-encoding': 'chunked' } })
  const piece = Buffer.alloc(1024 * 1024, 'x')
  const pieces = 64
  let flushed = 0
  const sending = (async () => {
    for (; flushed < pieces; flushed++) if (!sent.write(piece)) await once(sent, 'drain')
    sent.end()
  })()
  const channel = host.channelOf(await handler.payload, 'request_body')
  await stalled(() => flushed)
  expect(flushed).toBeLessThan(pieces)
  expect(channel.buffered.length).toBeLessThanOrEqual(64)
  let received = 0
  for await (const item of channel) received += item.length
  await sending
  expect(received).toBe(pieces * piece.length)
  handler.answer({ body: received })
  expect((await readAnswer(await responseOf(sent))).json()).toBe(received)
})

test('an unread body is discarded after the answer, and the connection serves the next request', async () => {
  const { host, port, route, handler } = await startUpload()
  host.serve('g', () => ({ body: 'next' }))
  await route('g', { api_path: '/b' })
  const socket = rawSocket(port)
  const received = readToEnd(socket)
  const body = Buffer.alloc(8 * 1024 * 1024, 'x')
  socket.write(`POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: ${String(body.length)}\r\n\r\n`)
  socket.write(body)
  await handler.payload
  handler.answer({ body: 'first' })
  socket.write('GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const text = await received
  expect(text).toContain('"first"')
  expect(text).toContain('"next"')
})

test('a client that never finishes an unread body is disconnected five seconds after the answer', async () => {
  const { host, port, handler } = await startUpload()
  const socket = rawSocket(port)
  const received = readToEnd(socket)
  socket.write('POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc')
  await handler.payload
  handler.answer({ body: 'done' })
  await once(socket, 'data')
  while (host.clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve))
  await host.clock.advance(4999)
  expect(socket.closed).toBe(false)
  await host.clock.advance(1)
  await received.catch(() => undefined)
  expect(host.clock.pendingTimers).toBe(0)
})

test('a reader that leaves does not end the request', async () => {
  const { host, call, handler } = await startUpload()
  const pending = call({ method: 'POST', path: '/a', body: Buffer.alloc(16 * 1024 * 1024) })
  const channel = host.channelOf(await handler.payload, 'request_body')
  channel.dropReader()
  handler.answer({ body: 'fine' })
  expect((await pending).json()).toBe('fine')
})

test('an upload that is cut ends its channel without a clean end', async () => {
  const { host, port, handler } = await startUpload()
  const socket = rawSocket(port)
  socket.write('POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc')
  const channel = host.channelOf(await handler.payload, 'request_body')
  socket.destroy()
  await channel.destroyed()
  expect(host.calls[0]?.signal?.aborted).toBe(true)
})

test('a client that leaves in the middle of a JSON body never reaches the handler', async () => {
  const { host, port, route } = await startHttp({ middleware: [{ function_id: 'm' }] })
  const reached = new Promise<void>((resolve) => {
    host.serve('m', () => {
      resolve()
    })
  })
  await route('f', { api_path: '/a', http_method: 'POST' })
  const socket = rawSocket(port)
  socket.write('POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"a"')
  await reached
  socket.destroy()
  while (host.clock.pendingTimers > 0) await new Promise((resolve) => setImmediate(resolve))
  expect(host.calls.map((call) => call.functionId)).toEqual(['m'])
  expect(host.allChannels).toEqual([])
})

test('a JSON body that does not come in time is 504', async () => {
  const { host, port, route } = await startHttp({ default_timeout: 3000, middleware: [{ function_id: 'm' }] })
  const reached = new Promise<void>((resolve) => {
    host.serve('m', () => {
      resolve()
    })
  })
  await route('f', { api_path: '/a', http_method: 'POST' })
  const sent = openRequest({ port, method: 'POST', path: '/a', headers: { ...JSON_HEADERS, 'content-length': '1000' } })
  sent.write('{"a"')
  const response = responseOf(sent)
  await reached
  await host.clock.advance(3000)
  expect((await response).statusCode).toBe(504)
  sent.destroy()
})

test('a JSON body over the cap is 413 with a code, by its announced or its real length, and the server goes on', async () => {
  const { host, port, route, call } = await startHttp()
  host.serve('f', () => ({ body: 'in' }))
  await route('f', { api_path: '/a', http_method: 'POST' })
  const announced = openRequest({
    port,
    method: 'POST',
    path: '/a',
    headers: { ...JSON_HEADERS, 'content-length': String(MAX_JSON_BODY_BYTES + 1) },
  })
  announced.flushHeaders()
  const refused = await readAnswer(await responseOf(announced))
  announced.destroy()
  expect([refused.status, refused.json()]).toMatchObject([413, { error: { code: 'MESSAGE_TOO_LARGE' } }])

  const real = openRequest({
    port,
    method: 'POST',
    path: '/a',
    headers: { ...JSON_HEADERS, 'transfer-encoding': 'chunked' },
  })
  const piece = Buffer.alloc(1024 * 1024, ' ')
  const response = responseOf(real)
  for (let index = 0; index <= MAX_JSON_BODY_BYTES / piece.length; index++) {
    if (!real.write(piece)) await once(real, 'drain')
  }
  real.end()
  expect((await response).statusCode).toBe(413)
  expect(host.calls).toEqual([])
  expect((await call({ method: 'POST', path: '/a', headers: JSON_HEADERS, body: '1' })).status).toBe(200)
})
