import { once } from 'node:events'
import { expect, test } from 'vitest'
import { InvocationError } from '../../../../../../src/errors.js'
import { openRequest, readAnswer, responseOf } from '../../../../../kit/http-client.js'
import { heldHandler, startHttp } from '../../../../../kit/builtin-rig.js'
import { stalled } from '../../../../../kit/waiting.js'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const status = (status_code: unknown): string => JSON.stringify({ type: 'set_status', status_code })
const headers = (values: unknown): string => JSON.stringify({ type: 'set_headers', headers: values })

/** A route `/a` whose handler is held, and a request that has reached it. */
async function openStream(config: object = {}) {
  const rig = await startHttp(config)
  const handler = heldHandler(rig.host, 'f')
  await rig.route('f', { api_path: '/a' })
  const sent = openRequest({ port: rig.port, path: '/a', headers: { connection: 'close' } })
  sent.on('error', () => {})
  sent.end()
  const response = responseOf(sent)
  response.catch(() => {})
  const payload = await handler.payload
  const requestBody = rig.host.channelOf(payload, 'request_body')
  return { ...rig, handler, sent, response, channel: rig.host.channelOf(payload, 'response'), requestBody }
}

test('text items set status and headers, binary items are the body, the end of the channel ends the response', async () => {
  const { channel, handler, response, requestBody } = await openStream()
  await channel.write(status(202))
  await channel.write(headers({ 'x-s': '1', 'content-type': 'text/event-stream' }))
  await channel.write(bytes('one,'))
  const begun = await response
  expect(begun.statusCode).toBe(202)
  expect(begun.headers).toMatchObject({
    'x-s': '1',
    'content-type': 'text/event-stream',
    'access-control-allow-origin': '*',
  })
  await channel.write('{"type":"set_status","status_code":500}')
  await channel.write(bytes('two'))
  channel.end()
  handler.answer(null)
  expect((await readAnswer(begun)).text).toBe('one,two')
  await channel.destroyed()
  await requestBody.destroyed()
})

test('the empty result may come before the data', async () => {
  const { channel, handler, response } = await openStream()
  handler.answer(undefined)
  await new Promise((resolve) => setImmediate(resolve))
  await channel.write(bytes('late'))
  channel.end()
  const answer = await readAnswer(await response)
  expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([200, 'late', undefined])
})

test('a channel that ends without binary items is an empty response with the status and headers set', async () => {
  const { channel, response } = await openStream()
  await channel.write(headers({ location: '/b' }))
  await channel.write(status(303))
  channel.end()
  const answer = await readAnswer(await response)
  expect([answer.status, answer.text, answer.headers.location]).toEqual([303, '', '/b'])
  expect(answer.headers['content-type']).toBeUndefined()
})

test('a value returned before any binary item takes precedence over status and headers set before', async () => {
  const { channel, handler, response } = await openStream()
  await channel.write(status(418))
  await channel.write(headers({ 'x-s': '1' }))
  handler.answer({ body: 'value' })
  const answer = await readAnswer(await response)
  expect([answer.status, answer.text, answer.headers['x-s']]).toEqual([200, '"value"', undefined])
  await channel.destroyed()
})

test('a value returned after the first binary item changes nothing', async () => {
  const { channel, handler, response } = await openStream()
  await channel.write(bytes('a'))
  const begun = await response
  handler.answer({ status_code: 500, body: 'value' })
  await channel.write(bytes('b'))
  channel.end()
  const answer = await readAnswer(begun)
  expect([answer.status, answer.text]).toEqual([200, 'ab'])
})

test('a handler that fails before any binary item is 500; after it, the response continues', async () => {
  const early = await openStream()
  await early.channel.write(status(202))
  early.handler.fail(new InvocationError({ code: 'E1', message: 'boom' }))
  expect((await readAnswer(await early.response)).status).toBe(500)

  const late = await openStream()
  await late.channel.write(bytes('a'))
  const begun = await late.response
  late.handler.fail(new InvocationError({ code: 'E1', message: 'boom' }))
  await late.channel.write(bytes('b'))
  late.channel.end()
  expect((await readAnswer(begun)).text).toBe('ab')
})

test.each([
  '',
  'not json',
  'null',
  '[]',
  '5',
  '{}',
  '{"type":"other"}',
  status('404'),
  status(99),
  status(600),
  status(150),
  status(null),
])('the control item %j sets nothing', async (item) => {
  const { channel, response } = await openStream()
  await channel.write(item)
  await channel.write(bytes('x'))
  channel.end()
  expect((await readAnswer(await response)).status).toBe(200)
})

test('headers a response cannot have are left out of a stream too', async () => {
  const { channel, response } = await openStream()
  await channel.write(headers({ 'a b': '1', c: 2, d: 'x\r\ny: z', 'transfer-encoding': 'gzip', ok: 'yes' }))
  await channel.write(headers('x'))
  await channel.write(headers(['set-cookie: a=b', 'set-cookie: c=d']))
  await channel.write(bytes('x'))
  channel.end()
  const answer = await readAnswer(await response)
  expect([answer.text, answer.headers['ok'], answer.headers['set-cookie']]).toEqual(['x', 'yes', ['a=b', 'c=d']])
  expect([answer.headers['c'], answer.headers['d'], answer.headers['y']]).toEqual([undefined, undefined, undefined])
})

test('an empty binary item begins the response, and empty ones in between do not end it', async () => {
  const { channel, response } = await openStream()
  await channel.write(bytes(''))
  const begun = await response
  await channel.write(bytes('a'))
  await channel.write(bytes(''))
  await channel.write(bytes('b'))
  channel.end()
  expect((await readAnswer(begun)).text).toBe('ab')
})

test('the time limit ends with the head of the response', async () => {
  const { host, channel, response } = await openStream({ default_timeout: 3000 })
  await channel.write(bytes('a'))
  const begun = await response
  await host.clock.advance(60_000)
  await channel.write(bytes('b'))
  channel.end()
  expect((await readAnswer(begun)).text).toBe('ab')
})

test('control items alone do not extend the limit', async () => {
  const { host, channel, response } = await openStream({ default_timeout: 3000 })
  await channel.write(status(202))
  await host.clock.advance(3000)
  expect((await readAnswer(await response)).status).toBe(504)
  await channel.destroyed()
})

test('a slow client pauses the writer and receives every byte', async () => {
  const { channel, response } = await openStream()
  const piece = Buffer.alloc(256 * 1024, 7)
  const pieces = 400
  let written = 0
  const writing = (async () => {
    for (; written < pieces; written++) await channel.write(piece)
    channel.end()
  })()
  const begun = await response
  begun.pause()
  await stalled(() => written)
  expect(written).toBeLessThan(pieces)
  const answer = await readAnswer(begun)
  await writing
  expect(Buffer.byteLength(answer.text)).toBe(pieces * piece.length)
})

test('a client that leaves a stream closes the channel', async () => {
  const { host, sent, channel, requestBody, response } = await openStream()
  await channel.write(bytes('a'))
  const begun = await response
  begun.on('error', () => {})
  await once(begun, 'data')
  sent.destroy()
  await channel.destroyed()
  await requestBody.destroyed()
  await expect(channel.write(bytes('b'))).rejects.toThrow()
  expect(host.clock.pendingTimers).toBe(0)
})

test('a client that leaves before the response begins closes the channels and aborts the call', async () => {
  const { host, sent, channel, requestBody } = await openStream()
  sent.destroy()
  await channel.destroyed()
  await requestBody.destroyed()
  expect(host.calls[0]?.signal?.aborted).toBe(true)
  expect(host.clock.pendingTimers).toBe(0)
})

test('a response with more or fewer bytes than its announced length is aborted', async () => {
  const exact = await openStream()
  await exact.channel.write(headers({ 'content-length': '2' }))
  await exact.channel.write(bytes('ab'))
  exact.channel.end()
  const answer = await readAnswer(await exact.response)
  expect([answer.headers['content-length'], answer.text]).toEqual(['2', 'ab'])

  for (const body of ['a', 'abc']) {
    const wrong = await openStream()
    await wrong.channel.write(headers({ 'content-length': '2' }))
    await wrong.channel.write(bytes(body))
    wrong.channel.end()
    await expect(wrong.response.then(readAnswer)).rejects.toThrow()
    expect(wrong.host.lines).toContainEqual(expect.objectContaining({ message: 'A response was cut off' }))
  }
})
