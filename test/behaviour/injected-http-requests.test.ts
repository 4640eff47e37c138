import { Readable } from 'node:stream'
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { BuiltinTrigger, type FunctionHandler, type III } from '../../src/index.js'
import { http } from '../../src/entry/helpers/http.js'
import type { TestEngine, TestEngineOptions } from '../../src/entry/testing.js'
import { deferred } from '../../src/std/async/deferred.js'
import { testEngine } from '../kit/local-rig.js'

async function serving(
  handler: FunctionHandler,
  config: { api_path?: string; http_method?: 'GET' | 'POST' | 'HEAD' } = {},
  options: TestEngineOptions = {},
): Promise<{ engine: TestEngine; worker: III }> {
  const engine = await testEngine({ ports: false, ...options })
  const worker = engine.connect()
  worker.registerFunction('page', handler)
  worker.registerTrigger(BuiltinTrigger.http('page', { api_path: '/page', http_method: 'POST', ...config }))
  await worker.ready()
  return { engine, worker }
}

/** Responds with the request it received. */
const echo = http(async (req, res) => {
  const { method, path_params, query_params, headers } = req
  const body: unknown = req.body
  const raw = Buffer.from(await req.request_body.readAll()).toString('latin1')
  res.headers({ 'content-type': 'application/json' })
  res.stream.end(JSON.stringify({ method, path_params, query_params, headers, body, raw }))
})

test('a request reaches its function, with method, path, query, headers and body, and the response comes back', async () => {
  const { engine } = await serving(
    (request: { body: unknown; path_params: unknown; query_params: unknown; headers: Record<string, string> }) => ({
      status_code: 201,
      headers: { 'x-kind': request.headers['x-kind'], 'set-cookie': ['a=1', 'b=2'] },
      body: { body: request.body, path: request.path_params, query: request.query_params },
    }),
    { api_path: '/orders/:id' },
  )
  const headers = { 'X-Kind': 'tea' }
  const path = '/orders/7?verbose=yes'
  const response = await engine.inject({ method: 'POST', path, headers, body: { item: 'ä' } })
  expect(response).toBeInstanceOf(Response)
  expect([response.status, response.ok, response.statusText]).toEqual([201, true, 'Created'])
  expect(response.headers.get('x-kind')).toBe('tea')
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(await response.json()).toEqual({ body: { item: 'ä' }, path: { id: '7' }, query: { verbose: 'yes' } })
})

test.each([
  ['no body', undefined, undefined, null, ''],
  ['null', null, undefined, null, ''],
  ['text', 'hi', 'text/plain;charset=UTF-8', null, 'hi'],
  ['an object', { a: [1] }, 'application/json', { a: [1] }, '{"a":[1]}'],
  ['a list', [1], 'application/json', [1], '[1]'],
  ['an empty object', {}, 'application/json', {}, '{}'],
  ['a Buffer', Buffer.from([0, 255]), undefined, null, '\0\xff'],
  ['a part of an array of bytes', new Uint8Array([1, 65, 66, 1]).subarray(1, 3), undefined, null, 'AB'],
  ['parameters', new URLSearchParams({ a: 'b' }), 'application/x-www-form-urlencoded;charset=UTF-8', null, 'a=b'],
  ['a blob', new Blob(['x'], { type: 'image/png' }), 'image/png', null, 'x'],
  ['a Node stream', Readable.from([Buffer.from('a'), Buffer.from('b')]), undefined, null, 'ab'],
  ['a web stream', new Blob(['web']).stream(), undefined, null, 'web'],
])('the body can be %s', async (_, body, type, parsed, raw) => {
  const { engine } = await serving(echo)
  const response = await engine.inject({ method: 'POST', path: '/page', body })
  const seen = (await response.json()) as { headers: Record<string, string>; body: unknown; raw: string }
  expect(seen.headers['content-type']).toBe(type)
  expect([seen.body, seen.raw]).toEqual([parsed, raw])
})

test('a form with a file arrives as multipart, and given headers take precedence', async () => {
  const { engine } = await serving(echo)
  const form = new FormData()
  form.append('file', new Blob(['tea']), 'tea.txt')
  const sent = await engine.inject({ method: 'POST', path: '/page', body: form })
  const { headers, raw } = (await sent.json()) as { headers: Record<string, string>; raw: string }
  expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  expect(raw).toContain('filename="tea.txt"')

  const own = { 'Content-Type': 'application/json', host: 'shop.example', 'x-a': ['1', '2'], 'x-n': 3 }
  const typed = await engine.inject({ method: 'POST', path: '/page', headers: own, body: '{"a":1}' })
  const expected = { 'content-type': 'application/json', host: 'shop.example', 'x-n': '3' }
  expect(await typed.json()).toMatchObject({ body: { a: 1 }, headers: expected })
})

test('the engine answers as over a socket: unknown paths, other methods, large and unreadable bodies, failures, HEAD', async () => {
  const fail = (): never => {
    throw new Error('broken')
  }
  const local = { 'iii-http': { body_limit: 1_000 } }
  const { engine, worker } = await serving(fail, {}, { local })
  worker.registerFunction('empty', () => ({ status_code: 204 }))
  worker.registerTrigger(BuiltinTrigger.http('empty', { api_path: '/empty', http_method: 'HEAD' }))
  worker.registerFunction('odd', () => ({ status_code: 799, body: 'x' }))
  worker.registerTrigger(BuiltinTrigger.http('odd', { api_path: '/odd' }))
  await worker.ready()
  const statusOf = async (request: Parameters<TestEngine['inject']>[0]) => (await engine.inject(request)).status
  expect(await statusOf({ path: '/none' })).toBe(404)
  const other = await engine.inject({ path: '/page' })
  expect([other.status, other.headers.get('allow')]).toEqual([405, 'POST'])
  expect(await statusOf({ method: 'POST', path: '/page', body: { text: 'x'.repeat(2_000) } })).toBe(413)
  const failed = await engine.inject({ method: 'POST', path: '/page' })
  expect([failed.status, await failed.json()]).toMatchObject([500, { error: { message: 'broken' } }])
  const head = await engine.inject({ method: 'HEAD', path: '/empty' })
  expect([head.status, head.body, await head.text()]).toEqual([204, null, ''])
  const odd = await engine.inject({ path: '/odd' })
  expect([odd.status, odd.ok, await odd.text()]).toEqual([799, false, '"x"'])
})

test('a streamed response is read as it is written, at the pace of its reader, whole', async () => {
  let go = (): void => undefined
  const { engine } = await serving(
    http(async (_req, res) => {
      res.headers({ 'content-type': 'text/event-stream' })
      res.stream.write('first')
      await new Promise<void>((resolve) => (go = resolve))
      res.stream.end(Buffer.alloc(3_000_000, 'x'))
    }),
  )
  const response = await engine.inject({ method: 'POST', path: '/page' })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('first')
  go()
  let bytes = 0
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) bytes += piece.value.length
  expect(bytes).toBe(3_000_000)
})

test('a large upload flows whole, and a response that breaks off is an error of its body', async () => {
  const lengths: number[] = []
  const { engine } = await serving(
    http(async (req, res) => {
      lengths.push((await req.request_body.readAll()).length)
      res.headers({ 'content-length': '1000' })
      res.stream.end('short')
    }),
  )
  const body = Readable.from(
    (function* () {
      for (let piece = 0; piece < 100; piece += 1) yield Buffer.alloc(100_000)
    })(),
  )
  const response = await engine.inject({ method: 'POST', path: '/page', body })
  await expect(response.text()).rejects.toThrow()
  expect(lengths).toEqual([10_000_000])
})

test('an abort rejects with its reason, ends a response at both ends and leaves no listener', async () => {
  const left = deferred<void>()
  const { engine, worker } = await serving(() => new Promise(() => undefined))
  worker.registerFunction(
    'endless',
    http(async (_req, res) => {
      res.stream.once('close', () => left.resolve())
      res.stream.write('first')
      await left.promise
    }),
  )
  worker.registerTrigger(BuiltinTrigger.http('endless', { api_path: '/endless' }))
  await worker.ready()
  const controller = new AbortController()
  const { signal } = controller
  const response = await engine.inject({ path: '/endless', signal })
  const waiting = engine.inject({ method: 'POST', path: '/page', signal })
  await expect.poll(() => engine.stats().pendingCalls).toBe(2)
  const reason = new Error('enough')
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  await expect(response.text()).rejects.toThrow()
  await left.promise
  expect(getEventListeners(signal, 'abort')).toEqual([])
  await expect(engine.inject({ path: '/page', signal })).rejects.toBe(reason)
})

test('a closing engine ends pending requests without a response and rejects later ones', async () => {
  const { engine } = await serving(() => new Promise(() => undefined))
  const waiting = engine.inject({ method: 'POST', path: '/page' })
  const settled = waiting.then(
    ({ status }) => status,
    (error: unknown) => error,
  )
  await expect.poll(() => engine.stats().pendingCalls).toBe(1)
  await engine.close()
  expect([500, 'CONNECTION_LOST']).toContain(((value) => (value as { code?: string }).code ?? value)(await settled))
  await expect(engine.inject({ path: '/page' })).rejects.toMatchObject({ code: 'SHUTDOWN' })
})

test('an unread response does not hold up the close', async () => {
  const { engine } = await serving(() => ({ status_code: 200, body: Buffer.alloc(5_000_000) }))
  const response = await engine.inject({ method: 'POST', path: '/page' })
  expect(response.status).toBe(200)
  await engine.close()
  await expect(response.arrayBuffer()).rejects.toThrow()
})

test('it works beside ports and on a virtual clock, where time limits count', async () => {
  const { engine } = await serving(() => new Promise(() => undefined), {}, { clock: 'virtual' })
  const slow = engine.inject({ method: 'POST', path: '/page' })
  await expect.poll(() => engine.stats().pendingCalls).toBe(1)
  await engine.advance('31s')
  expect((await slow).status).toBe(504)
  const ported = await serving(() => ({ status_code: 200, body: 'ok' }), {}, { ports: true })
  const [one, other] = await Promise.all([
    ported.engine.inject({ method: 'POST', path: '/page' }),
    fetch(`${ported.engine.httpUrl ?? ''}/page`, { method: 'POST' }),
  ])
  expect([await one.text(), await other.text()]).toEqual(['"ok"', '"ok"'])
})

test.each([
  ['a relative path', { path: 'page' }],
  ['no path', {}],
  ['no object', 7],
  ['a space in the path', { path: '/a b' }],
  ['a method of two words', { path: '/page', method: 'NO WAY' }],
  ['a number as method', { path: '/page', method: 5 }],
  ['a line break in a header', { path: '/page', headers: { 'x-a': 'a\nb' } }],
  ['text as headers', { path: '/page', headers: 'x' }],
  ['a BigInt in the body', { path: '/page', method: 'POST', body: { big: 1n } }],
  ['a function as body', { path: '/page', method: 'POST', body: () => 1 }],
  ['no signal', { path: '/page', signal: {} }],
])('a request that cannot be sent is refused: %s', async (_, request) => {
  const { engine } = await serving(echo)
  await expect(engine.inject(request as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(engine.stats().waiting.requests).toBe(0)
})
