import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { expect, test } from 'vitest'
import { rawCall, rawSocket, readToEnd } from '../../../../kit/http-client.js'
import { startHttp } from '../../../../kit/builtin-rig.js'
import { nextTick } from '../../../../kit/waiting.js'

test.each([
  ['no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
  ['a WebSocket frame', '\u0081\u0085abcd', '400 Bad Request'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n', '400 Bad Request'],
  ['a missing host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
  ['a control character in the path', 'GET /\u0000 HTTP/1.1\r\nHost: x\r\n\r\n', '400 Bad Request'],
  ['a bad length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', '400 Bad Request'],
  [
    'two ways of framing at once',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc',
    '400 Bad Request',
  ],
  [
    'headers without end',
    `GET / HTTP/1.1\r\nHost: x\r\na: ${'x'.repeat(70_000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
  ],
])('%s is answered with an error status, and the server goes on', async (_, text, status) => {
  const { host, route, call, port } = await startHttp()
  host.serve('f', () => ({}))
  await route('f', { api_path: '/' })
  expect(await rawCall(port, text)).toContain(`HTTP/1.1 ${status}\r\n`)
  expect((await call({ path: '/' })).status).toBe(200)
  expect(host.calls).toHaveLength(1)
})

test.each([
  ['a cookie of 20 kB', `GET / HTTP/1.1\r\nHost: x\r\nCookie: a=${'x'.repeat(20_000)}\r\n`, '200 OK'],
  ['a query of 20 kB', `GET /?a=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n`, '200 OK'],
  ['100 headers', `GET / HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(98)}`, '200 OK'],
  ['150 headers', `GET / HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(148)}`, '431 Request Header Fields Too Large'],
])('a request with %s is answered as the distributed engine does', async (_, head, status) => {
  const { host, route, port } = await startHttp()
  host.serve('f', () => ({}))
  await route('f', { api_path: '/' })
  expect(await rawCall(port, `${head}Connection: close\r\n\r\n`)).toContain(`HTTP/1.1 ${status}\r\n`)
})

test('a broken chunk in the middle of an upload ends that request only', async () => {
  const { host, route, call, port } = await startHttp()
  host.serve('f', () => new Promise(() => {}))
  host.serve('g', () => ({}))
  await route('f', { api_path: '/up', http_method: 'POST' })
  await route('g', { api_path: '/' })
  const text = 'POST /up HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n'
  await rawCall(port, text)
  for (const channel of host.allChannels) await channel.destroyed()
  expect((await call({ path: '/' })).status).toBe(200)
  expect(host.clock.pendingTimers).toBe(0)
})

test('an unsupported upgrade and CONNECT neither reach a handler nor hang', async () => {
  const { host, route, port } = await startHttp()
  host.serve('f', () => ({ body: 'plain' }))
  await route('f', { api_path: '/' })
  const upgrade = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n'
  expect(await rawCall(port, upgrade)).toContain('"plain"')
  expect(await rawCall(port, 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('')
})

test('requests on one connection are answered in order, pipelined ones too', async () => {
  const { host, route, port } = await startHttp()
  host.serve('f', (data) => ({ body: (data as { path_params: { n: string } }).path_params.n }))
  await route('f', { api_path: '/:n' })
  const get = (path: string, last = false): string =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\n${last ? 'Connection: close\r\n' : ''}\r\n`
  const text = await rawCall(port, get('/one') + get('/two') + get('/a/b') + get('/three', true))
  expect(text.match(/"(one|two|three)"|Not Found"/g)).toEqual(['"one"', '"two"', 'Not Found"', '"three"'])
})

test('requests queued on a connection are dropped when it ends', async () => {
  const { host, route, port } = await startHttp()
  host.serve('f', () => new Promise(() => {}))
  await route('f', { api_path: '/' })
  const socket = rawSocket(port)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3))
  while (host.calls.length < 3) await new Promise((resolve) => setImmediate(resolve))
  socket.destroy()
  while (host.clock.pendingTimers > 0) await new Promise((resolve) => setImmediate(resolve))
  for (const channel of host.allChannels) await channel.destroyed()
  expect(host.calls.map((call) => call.signal?.aborted)).toEqual([true, true, true])
})

test('a connection is kept for the next request', async () => {
  const { host, route, port } = await startHttp()
  host.serve('f', () => ({}))
  await route('f', { api_path: '/', http_method: 'POST' })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ports = new Set<number | undefined>()
  for (let index = 0; index < 3; index++) {
    const sent = request({ host: '127.0.0.1', port, method: 'POST', agent }).end('body')
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { socket: { localPort?: number } }]
    ports.add(response.socket.localPort)
    response.resume()
    await once(response, 'end')
  }
  agent.destroy()
  expect(ports.size).toBe(1)
})

test('clients that connect and disconnect at any point leave nothing behind', async () => {
  const { host, route, call, port } = await startHttp()
  host.serve('f', (data) => ((data as { method: string }).method === 'PUT' ? {} : new Promise(() => {})))
  await route('f', { api_path: '/', http_method: 'POST' })
  await route('f', { api_path: '/', http_method: 'PUT' })
  const whole = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}'
  for (let length = 0; length <= whole.length; length += 5) {
    const socket = rawSocket(port)
    await once(socket, 'connect')
    socket.write(whole.slice(0, length))
    if (length % 2 === 0) await nextTick()
    socket.resetAndDestroy()
  }
  expect((await call({ method: 'PUT', path: '/' })).status).toBe(200)
  while (host.clock.pendingTimers > 0) await new Promise((resolve) => setImmediate(resolve))
  for (const channel of host.allChannels) await channel.destroyed()
})

test('a status without a body has none', async () => {
  const { host, route, call } = await startHttp()
  host.serve('f', () => ({ status_code: 204, body: { not: 'sent' } }))
  await route('f', { api_path: '/' })
  const answer = await call({ path: '/' })
  expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([204, '', undefined])
})

test('an HTTP/1.0 client receives its response, and the connection is closed', async () => {
  const { host, route, port } = await startHttp()
  host.serve('f', () => ({ body: 'old' }))
  await route('f', { api_path: '/' })
  const socket = rawSocket(port)
  socket.write('GET / HTTP/1.0\r\n\r\n')
  expect(await readToEnd(socket)).toContain('"old"')
})
