import { expect, test } from 'vitest'
import { z } from 'zod'
import type { DiagnosticEvent, FunctionHandler, InitOptions, RegisterFunctionOptions } from '../../src/index.js'
import { http } from '../../src/entry/helpers/http.js'
import { BuiltinTrigger } from '../../src/entry/trigger.js'
import { socketRig } from '../kit/local-rig.js'

interface Served {
  readonly ask: (init?: RequestInit) => Promise<Response>
  readonly events: DiagnosticEvent[]
}

async function serve(
  handler: FunctionHandler,
  options: RegisterFunctionOptions = {},
  init: InitOptions = {},
): Promise<Served> {
  const rig = await socketRig()
  const events: DiagnosticEvent[] = []
  const worker = await rig.addWorker({ ...init, diagnostics: (event) => events.push(event) })
  worker.registerFunction('page', handler, options)
  worker.registerTrigger(BuiltinTrigger.http('page', { api_path: '/page', http_method: 'POST' }))
  await worker.ready()
  const url = `${rig.engine.httpUrl ?? ''}/page`
  return { ask: (request) => fetch(url, { method: 'POST', signal: AbortSignal.timeout(5_000), ...request }), events }
}

const problems = (events: readonly DiagnosticEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'http_answer_ignored' ? [event.problem] : []))

test.each([
  [{ hello: 1 }, /without `status_code` and `body`/],
  [{ statusCode: 201, body: 'x' }, /`statusCode` is not read/],
  [{ status: 404 }, /`status` is not read/],
  ['hi', /a string, which is not a response/],
  [7, /a number, which is not a response/],
  [[1], /an array/],
  [{ status_code: '200', body: {} }, /not a whole number from 200 to 999/],
])('an answer %j is reported once, with what the client got', async (answer, problem) => {
  const { ask, events } = await serve(() => answer)
  const response = await ask()
  await ask()
  expect(response.status).toBe(200)
  expect(problems(events)).toEqual([expect.stringMatching(problem)])
  expect(problems(events)[0]).toContain('status 200')
})

test('a response is not reported', async () => {
  const { ask, events } = await serve(() => ({ status_code: 201, headers: { 'x-a': 'b' }, body: { ok: true } }))
  expect((await ask()).status).toBe(201)
  expect(problems(events)).toEqual([])
})

test('nothing returned and nothing written is reported before the client gets 504; a streamed response is not', async () => {
  const silent = await serve(() => undefined)
  void silent.ask({ signal: AbortSignal.timeout(500) }).catch(() => undefined)
  await expect.poll(() => problems(silent.events)).toEqual([expect.stringContaining('status 504')])

  const streamed = await serve(
    http(async (_req, res) => {
      res.stream.end('x')
    }),
  )
  expect(await (await streamed.ask()).text()).toBe('x')
  expect(problems(streamed.events)).toEqual([])
})

test.each([
  ['Buffer', Buffer.from([0, 255, 10, 128])],
  ['Uint8Array', new Uint8Array([9, 0, 255, 10, 128, 9]).subarray(1, 5)],
  ['ArrayBuffer', new Uint8Array([0, 255, 10, 128]).buffer],
])('a body that is a %s is sent as bytes', async (_name, body) => {
  const { ask } = await serve(() => ({ status_code: 202, headers: { 'x-a': 1 }, body }))
  const response = await ask()
  expect([response.status, response.headers.get('content-type'), response.headers.get('x-a')]).toEqual([
    202,
    'application/octet-stream',
    '1',
  ])
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 10, 128])
})

test('a large body of bytes arrives whole, with its own content type', async () => {
  const body = Buffer.alloc(3_000_000, 'ab')
  const { ask } = await serve(() => ({ status_code: 200, headers: { 'content-type': 'image/png' }, body }))
  const response = await ask()
  expect(response.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
})

test('numbers, lists and several cookies are sent', async () => {
  const { ask } = await serve(() => ({
    status_code: 200,
    headers: { 'x-count': 7, 'x-list': ['a', 'b'], 'set-cookie': ['a=1', 'b=2; Path=/'], 'x-none': undefined },
    body: {},
  }))
  const { headers } = await ask()
  expect([headers.get('x-count'), headers.get('x-list'), headers.getSetCookie(), headers.get('x-none')]).toEqual([
    '7',
    'a, b',
    ['a=1', 'b=2; Path=/'],
    null,
  ])
})

test.each([
  [
    { 'content-disposition': 'attachment; filename="Übersicht 漢.pdf"' },
    "filename*=UTF-8''%C3%9Cbersicht%20%E6%BC%A2.pdf",
  ],
  [{ 'x-name': '漢' }, "headers['x-name']"],
  [{ 'x-name': 'a\nb' }, "headers['x-name']"],
  [{ 'bad name': 'a' }, "headers['bad name']"],
  [{ 'x-object': {} }, "headers['x-object'] must be a string, a number or a list of them, got an object"],
  [['no line'], 'headers[0] must be a line'],
  ['x: y', 'headers must be an object or a list'],
])('headers %j are refused by name', async (headers, text) => {
  const { ask } = await serve(() => ({ status_code: 200, headers, body: {} }))
  const response = await ask()
  expect(response.status).toBe(500)
  expect(await response.text()).toContain(text)
})

test('a streamed response takes numbers and lists, and refuses several cookies by name', async () => {
  const good = await serve(
    http(async (_req, res) => {
      res.headers({ 'x-count': 7, 'x-list': ['a', 'b'] } as never)
      res.stream.end('x')
    }),
  )
  const { headers } = await good.ask()
  expect([headers.get('x-count'), headers.get('x-list')]).toEqual(['7', 'a, b'])
  const bad = await serve(
    http(async (_req, res) => {
      res.headers({ 'set-cookie': ['a=1', 'b=2'] } as never)
      res.stream.end('x')
    }),
  )
  const refused = await bad.ask()
  expect([refused.status, await refused.text()]).toEqual([500, expect.stringContaining("headers['set-cookie']")])
})

test('bad JSON for a body with a schema is a 400 that says so', async () => {
  const { ask } = await serve(() => ({ status_code: 200, body: {} }), {
    input: z.object({ n: z.number() }),
    schemaTarget: 'body',
  } as RegisterFunctionOptions)
  const send = (body: string) => ask({ body, headers: { 'content-type': 'application/json; charset=utf-8' } })
  const bad = await send('{"n": 1')
  expect([bad.status, await bad.json()]).toMatchObject([
    400,
    { error: { message: 'The body of the request is not valid JSON' } },
  ])
  expect(await (await send('{"n": "x"}')).text()).not.toContain('not valid JSON')
  expect(await (await send('null')).text()).not.toContain('not valid JSON')
  expect((await send('{"n": 1}')).status).toBe(200)
})

test('exposeErrors: false answers 500 with an id alone, logs the rest under it, and the call has failed', async () => {
  const secret = 'postgres://user:pass@db refused'
  const { ask, events } = await serve(
    () => {
      throw new Error(secret)
    },
    {},
    { exposeErrors: false },
  )
  const response = await ask()
  const body = (await response.json()) as { error: { error_id: string } }
  expect([response.status, Object.keys(body.error)]).toEqual([500, ['error_id']])
  expect(JSON.stringify(body)).not.toContain('postgres')
  expect(events).toContainEqual({
    kind: 'http_error_hidden',
    functionId: 'page',
    errorId: body.error.error_id,
    error: expect.objectContaining({ message: secret }) as Error,
  })
})

test.each([
  ['Headers', new Headers([['x-a', 'b']])],
  ['Map', new Map([['x-a', 'b']])],
])('headers that are a %s are sent, with text and with bytes', async (_name, headers) => {
  for (const body of ['text', Buffer.from('bytes')]) {
    const { ask } = await serve(() => ({ status_code: 200, headers, body }))
    expect((await ask()).headers.get('x-a')).toBe('b')
  }
})

test('a header name that HTTP does not allow is refused as a name', async () => {
  const { ask } = await serve(() => ({ status_code: 200, headers: { 'x y': 'a' }, body: 'x' }))
  expect(await (await ask()).text()).toContain("headers['x y'] has a name that HTTP does not allow")
})
