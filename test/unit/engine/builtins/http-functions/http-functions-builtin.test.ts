import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createHttpFunctionsBuiltin } from '../../../../../src/engine/builtins/http-functions/http-functions-builtin.js'
import { parseHttpFunctionsConfig } from '../../../../../src/engine/builtins/http-functions/http-functions-config.js'
import { FakeHost } from '../../../../kit/fake-host.js'
import { httpPeer } from '../../../../kit/socket-peer.js'

const local = parseHttpFunctionsConfig({
  security: { url_allowlist: ['127.0.0.1'], block_private_ips: false, require_https: false },
})

interface Seen {
  readonly method: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A function on a real server that answers as the test says. */
async function remoteFunction(respond: (response: ServerResponse) => void, invocation: object = {}) {
  const seen: Seen[] = []
  const peer = await httpPeer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push({ method: request.method, headers: request.headers, body: Buffer.concat(chunks).toString() })
      respond(response)
    })
  })
  const host = new FakeHost()
  const builtin = createHttpFunctionsBuiltin(host, local, { SECRET: 's3cr3t' })
  onTestFinished(() => builtin.stop())
  const call = builtin.serveExternal!(
    'pay::é',
    { url: `http://127.0.0.1:${String(peer.port)}/x`, ...invocation },
    false,
  )
  return { call, seen, host, builtin }
}

const status =
  (code: number, body = '', headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end(body)

test('the payload is sent as JSON with headers that identify the call, signed if configured', async () => {
  const { call, seen } = await remoteFunction(status(200, '{"ok":true}'), {
    method: 'GET',
    headers: { 'x-shop': '9' },
    auth: { type: 'hmac', secret_key: 'SECRET' },
  })
  expect(await call({ n: 1 })).toEqual({ ok: true })
  const [{ method, headers, body }] = seen as [Seen]
  expect([method, body]).toEqual(['GET', '{"n":1}'])
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'x-shop': '9',
    'x-iii-function-path': 'pay::%C3%A9',
    'x-iii-invocation-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
  })
  const timestamp = headers['x-iii-timestamp'] as string
  const signed = `${timestamp}:${Buffer.from(body).toString('base64')}`
  expect(headers['x-iii-signature']).toBe(`sha256=${createHmac('sha256', 's3cr3t').update(signed).digest('hex')}`)
})

test.each([
  [status(204), undefined],
  [status(200, 'null'), null],
  [status(302, 'elsewhere', { location: '/y' }), undefined],
  [status(304), undefined],
])('answer %# becomes a result', async (respond, result) => {
  const { call, seen } = await remoteFunction(respond)
  expect(await call({})).toEqual(result)
  expect(seen).toHaveLength(1)
})

test.each([
  [status(200, 'nonsense'), 'invalid_response', 'The answer is not JSON'],
  [status(500, 'boom'), 'http_error', 'HTTP 500'],
  [status(422, '{"error":{"code":"BAD","message":"no"}}'), 'BAD', 'no'],
  [status(400, '{"error":{}}'), 'http_error', 'HTTP request failed'],
  [status(400, '{"error":{"code":5,"message":[]}}'), 'http_error', 'HTTP request failed'],
  [(response: ServerResponse) => void response.socket?.destroy(), 'http_request_failed', /./],
  [
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{')
      setImmediate(() => response.socket?.destroy())
    },
    'http_response_failed',
    /./,
  ],
])('answer %# becomes the error %s', async (respond, code, message) => {
  const { call } = await remoteFunction(respond)
  await expect(call({})).rejects.toMatchObject({ code, detail: expect.stringMatching(message) as unknown })
})

test('a call fails when the server exceeds its time limit, and at once when the engine stops', async () => {
  const { call, host, seen, builtin } = await remoteFunction(() => undefined, { timeout_ms: 500 })
  const late = call({})
  const failed = expect(late).rejects.toMatchObject({ code: 'http_request_failed', detail: 'No answer within 500 ms' })
  await expect.poll(() => seen.length).toBe(1)
  await host.clock.advance(500)
  await failed
  const stopped = expect(call({})).rejects.toMatchObject({ code: 'http_request_failed' })
  await expect.poll(() => seen.length).toBe(2)
  await builtin.stop()
  await stopped
  expect(host.clock.pendingTimers).toBe(0)
})

test('a server that is not allowed is refused when the function is registered', () => {
  const builtin = createHttpFunctionsBuiltin(new FakeHost(), local, {})
  expect(() => builtin.serveExternal!('f', { url: 'http://example.invalid/' }, false)).toThrow(
    expect.objectContaining({ code: 'url_validation_failed' }) as Error,
  )
})

test('a guarded session may use only exposed variables as secrets', () => {
  const config = parseHttpFunctionsConfig(undefined, { expose_env: ['LISTED'] })
  const builtin = createHttpFunctionsBuiltin(new FakeHost(), config, { LISTED: 'a', UNLISTED: 'b' })
  const register = (key: string, isGuarded: boolean) => () =>
    builtin.serveExternal!('f', { url: 'https://example.com/', auth: { type: 'bearer', token_key: key } }, isGuarded)
  expect(register('LISTED', true)).not.toThrow()
  expect(register('UNLISTED', false)).not.toThrow()
  for (const key of ['UNLISTED', 'NOT_THERE', '__proto__']) {
    expect(register(key, true)).toThrow(expect.objectContaining({ code: 'token_not_found' }) as Error)
  }
  expect(() => parseHttpFunctionsConfig(undefined, { expose_env: 1 })).toThrow(
    'iii-http-functions.local.expose_env must be',
  )
})
