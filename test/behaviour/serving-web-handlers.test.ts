/** `serveFetch` with Hono and `parseForm`, on the local engine over real sockets. */
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { streamText } from 'hono/streaming'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { registerWorker, type III } from '../../src/index.js'
import { parseForm, serveFetch, type FetchApp, type FormLimits } from '../../src/entry/fetch.js'
import { http, type HttpResponse, type StreamRequest } from '../../src/entry/helpers/http.js'
import { createTestEngine, type TestEngine } from '../../src/entry/testing.js'
import { ErrorCode, IIIError } from '../../src/errors.js'
import { deferred } from '../../src/std/async/deferred.js'

let engine: TestEngine
let worker: III

beforeEach(async () => {
  engine = await createTestEngine()
  worker = registerWorker(engine.url, { otel: { enabled: false } })
})
afterEach(async () => {
  await worker.shutdown()
  await engine.close()
})

async function serving(app: FetchApp, ...routes: string[]): Promise<string> {
  serveFetch(worker, app, { routes })
  await worker.ready()
  return engine.httpUrl!
}

test('Hono gets the address, the query, the headers and the body of a request', async () => {
  const app = new Hono()
  app.post('/orders/:id/items/:item', async (c) => {
    const { id, item } = c.req.param()
    return c.json({ id, item, verbose: c.req.query('v'), tag: c.req.header('x-tag'), body: await c.req.json() }, 201)
  })
  const url = await serving(app, 'POST /orders/:id/items/:item')
  const response = await fetch(`${url}/orders/a%2Fb/items/2?v=a%26b`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tag': 'é' },
    body: '{"n":1}',
  })
  expect(response.status).toBe(201)
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(await response.json()).toEqual({ id: 'a/b', item: '2', verbose: 'a&b', tag: 'é', body: { n: 1 } })
})

test('bodies of several megabytes pass both ways, unchanged and without being collected', async () => {
  const url = await serving(
    (req) => new Response(req.body, { headers: { 'content-type': 'text/x-echo' } }),
    'PUT /echo',
  )
  const sent = Buffer.alloc(6 * 1024 * 1024, 'grüße')
  const response = await fetch(`${url}/echo`, { method: 'PUT', body: sent })
  expect(response.headers.get('content-type')).toBe('text/x-echo')
  expect(Buffer.from(await response.arrayBuffer()).equals(sent)).toBe(true)
})

test('a streamed response arrives piece by piece', async () => {
  const gate = deferred<void>()
  const app = new Hono().get('/tokens', (c) =>
    streamText(c, async (stream) => {
      await stream.write('first ')
      await gate.promise
      await stream.write('second')
    }),
  )
  const url = await serving(app, 'GET /tokens')
  const reader = (await fetch(`${url}/tokens`)).body!.getReader()
  expect(Buffer.from((await reader.read()).value).toString()).toBe('first ')
  gate.resolve()
  expect(Buffer.from((await reader.read()).value).toString()).toBe('second')
  expect((await reader.read()).done).toBe(true)
})

test('the signal of the request aborts when the client leaves, before the response and during it', async () => {
  const [early, late] = [deferred<void>(), deferred<void>()]
  const started = deferred<void>()
  const app = new Hono()
  app.get('/wait', async (c) => {
    started.resolve()
    await new Promise<void>((resolve) => c.req.raw.signal.addEventListener('abort', () => resolve()))
    early.resolve()
    return c.text('too late')
  })
  app.get('/drip', (c) => {
    c.req.raw.signal.addEventListener('abort', () => late.resolve())
    const body = new ReadableStream<Uint8Array>({ pull: (out) => out.enqueue(new Uint8Array(65_536)) })
    return new Response(body)
  })
  const url = await serving(app, 'GET /wait', 'GET /drip')
  const leaving = request(`${url}/wait`).on('error', () => undefined)
  leaving.end()
  await started.promise
  leaving.destroy()
  await early.promise
  const dripping = await fetch(`${url}/drip`)
  await dripping.body!.cancel()
  await late.promise
})

test('several cookies reach the client, with a text or without a body', async () => {
  const app = new Hono()
  app.get('/login', (c) => {
    setCookie(c, 'a', '1')
    setCookie(c, 'b', '2', { httpOnly: true })
    return c.json({ ok: true })
  })
  app.get('/logout', (c) => {
    setCookie(c, 'a', '')
    setCookie(c, 'b', '')
    return c.redirect('/')
  })
  app.get('/image', (c) => {
    setCookie(c, 'a', '1')
    setCookie(c, 'b', '2')
    return c.body(new Uint8Array([0xff, 0xfe]))
  })
  const url = await serving(app, 'GET /login', 'GET /logout', 'GET /image')
  const login = await fetch(`${url}/login`)
  expect(login.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/; HttpOnly'])
  expect(await login.json()).toEqual({ ok: true })
  const logout = await fetch(`${url}/logout`, { redirect: 'manual' })
  expect([logout.status, logout.headers.get('location'), await logout.text()]).toEqual([302, '/', ''])
  expect(logout.headers.getSetCookie()).toHaveLength(2)
  const image = await fetch(`${url}/image`)
  expect(image.status).toBe(500)
  expect(await image.json()).toMatchObject({ error: { message: expect.stringContaining('several cookies') as string } })
})

test('HEAD and statuses without a body are answered with their headers alone', async () => {
  const app = new Hono()
    .get('/thing', (c) => c.text('content', 200, { 'x-size': '7' }))
    .delete('/thing', (c) => c.body(null, 204))
  const url = await serving(app, 'GET /thing', 'HEAD /thing', 'DELETE /thing')
  const head = await fetch(`${url}/thing`, { method: 'HEAD' })
  expect([head.status, head.headers.get('x-size'), await head.text()]).toEqual([200, '7', ''])
  const gone = await fetch(`${url}/thing`, { method: 'DELETE' })
  expect([gone.status, await gone.text()]).toEqual([204, ''])
})

test('an application that throws or returns no response is answered with status 500', async () => {
  const url = await serving(
    {
      fetch: (req) =>
        req.url.endsWith('/none') ? (undefined as unknown as Response) : Promise.reject(new Error('boom')),
    },
    'GET /none',
    'POST /thrown',
  )
  const none = await fetch(`${url}/none`)
  expect([none.status, await none.json()]).toMatchObject([
    500,
    { error: { message: expect.stringContaining('must return a Response') as string } },
  ])
  const thrown = await fetch(`${url}/thrown`, { method: 'POST', body: 'unread' })
  expect([thrown.status, await thrown.json()]).toMatchObject([500, { error: { message: 'boom' } }])
})

test('a body that fails on the way ends without a clean end', async () => {
  const gate = deferred<void>()
  const body = (): ReadableStream<Uint8Array> => {
    let isFirst = true
    return new ReadableStream({
      async pull(out) {
        if (isFirst) out.enqueue(Buffer.from('half'))
        else out.error(await gate.promise.then(() => new Error('disk')))
        isFirst = false
      },
    })
  }
  const url = await serving(() => new Response(body()), 'GET /file')
  const reader = (await fetch(`${url}/file`)).body!.getReader()
  expect(Buffer.from((await reader.read()).value).toString()).toBe('half')
  gate.resolve()
  await expect(reader.read()).rejects.toThrow()
})

test('the routes are removed when the application is unregistered', async () => {
  const served = serveFetch(worker, () => new Response('here'), { routes: ['GET /here'], functionId: 'here' })
  await worker.ready()
  expect(await (await fetch(`${engine.httpUrl!}/here`)).text()).toBe('here')
  served.unregister()
  await worker.ready()
  expect((await fetch(`${engine.httpUrl!}/here`)).status).toBe(404)
})

test.each([
  [['GET /files/*'], /no wildcards/],
  [['GET /files/:name{.+}'], /no wildcards/],
  [['OPTIONS /files'], /answer OPTIONS/],
  [['/files'], /a method and a path/],
  [[], /a list of routes/],
])('routes %j are refused', (routes, message) => {
  expect(() => serveFetch(worker, () => new Response(), { routes })).toThrow(message)
})

async function formOf(limits: FormLimits = {}): Promise<string> {
  const read = async (req: StreamRequest): Promise<unknown[]> => {
    const parts: unknown[] = []
    for await (const part of parseForm(req, limits)) {
      if (part.kind === 'field') parts.push([part.name, part.value])
      else parts.push([part.name, part.filename, part.type, (await text(part.stream)).length])
    }
    return parts
  }
  const refused = (error: unknown): HttpResponse => ({
    status_code: 413,
    body: { code: error instanceof IIIError && error.code },
  })
  worker.registerFunction(
    'upload',
    http((req) => read(req).then((parts) => ({ status_code: 200, body: { parts } }), refused)),
  )
  worker.registerTrigger({ type: 'http', function_id: 'upload', config: { api_path: '/upload', http_method: 'POST' } })
  await worker.ready()
  return `${engine.httpUrl!}/upload`
}

function form(): FormData {
  const data = new FormData()
  data.append('title', 'grüße')
  data.append('file', new Blob(['x'.repeat(3_000_000)], { type: 'text/csv' }), 'a.csv')
  data.append('note', 'end')
  return data
}

test('a form is read part by part, files as streams', async () => {
  const url = await formOf()
  const response = await fetch(url, { method: 'POST', body: form() })
  expect(await response.json()).toEqual({
    parts: [
      ['title', 'grüße'],
      ['file', 'a.csv', 'text/csv', 3_000_000],
      ['note', 'end'],
    ],
  })
})

test.each([
  ['maxFileBytes', 1_000_000],
  ['maxFieldBytes', 3],
  ['maxFields', 1],
] as const)('a form beyond %s is refused with a code', async (name, limit) => {
  const url = await formOf({ [name]: limit })
  const response = await fetch(url, { method: 'POST', body: form() })
  expect([response.status, await response.json()]).toEqual([413, { code: ErrorCode.MESSAGE_TOO_LARGE }])
})

test('a body that is not a form, or ends early, is refused with a code', async () => {
  const url = await formOf()
  const none = await fetch(url, { method: 'POST', body: 'a=1' })
  expect(await none.json()).toEqual({ code: ErrorCode.INVALID_ARGUMENT })
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  const body = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf'
  const cut = await fetch(url, { method: 'POST', headers, body })
  expect(await cut.json()).toEqual({ code: ErrorCode.deserialization_error })
})
