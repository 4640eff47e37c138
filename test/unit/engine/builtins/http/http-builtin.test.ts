import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createHttpBuiltin } from '../../../../../src/engine/builtins/http/http-builtin.js'
import { parseHttpConfig } from '../../../../../src/engine/builtins/http/http-config.js'
import { ErrorCode, InvocationError } from '../../../../../src/errors.js'
import { ChannelHost } from '../../../../kit/fake-channels.js'
import { unbindFrom, heldHandler, startHttp } from '../../../../kit/builtin-rig.js'
import { rawCall, rawSocket } from '../../../../kit/http-client.js'

const anyString = expect.any(String) as string

test('a handler receives the whole request, and what it returns is the response', async () => {
  const { host, port, route, call } = await startHttp()
  host.serve('f', () => ({ status_code: 201, headers: { 'x-a': '1' }, body: { done: true } }), 'blue')
  await route('f', { api_path: 'users/:id', http_method: 'post' }, { namespace: 'blue', metadata: { team: 'x' } })

  const answer = await call({
    method: 'POST',
    path: '/users/a%20b?x=1&x=2&y=%20z',
    headers: { 'content-type': 'application/json', 'X-Twice': ['1', '2'], traceparent: '00-aa-bb-01', baggage: 'k=v' },
    body: '{"b":1}',
  })

  expect(answer).toMatchObject({ status: 201, text: '{"done":true}' })
  expect(answer.headers).toMatchObject({ 'x-a': '1', 'content-type': 'application/json', 'content-length': '13' })
  const [invocation] = host.calls
  expect(invocation).toMatchObject({ functionId: 'f', namespace: 'blue', metadata: { team: 'x' } })
  expect(invocation).toMatchObject({ traceparent: '00-aa-bb-01', baggage: 'k=v' })
  expect(invocation?.data).toEqual({
    method: 'POST',
    path: 'users/:id',
    path_params: { id: 'a%20b' },
    query_params: { x: '2', y: ' z' },
    headers: {
      'content-type': 'application/json',
      'content-length': '7',
      'x-twice': '2',
      traceparent: '00-aa-bb-01',
      baggage: 'k=v',
      connection: 'close',
      host: `127.0.0.1:${String(port)}`,
    },
    body: { b: 1 },
    trigger: { type: 'http', path: 'users/:id', method: 'POST' },
    request_body: { channel_id: anyString, access_key: anyString, direction: 'read' },
    response: { channel_id: anyString, access_key: anyString, direction: 'write' },
  })
})

test('names that are prototypes are data in path, query, headers and body', async () => {
  const { host, route, call } = await startHttp()
  host.serve('f', () => ({}))
  await route('f', { api_path: '/:__proto__', http_method: 'POST' })
  await call({
    method: 'POST',
    path: '/a?__proto__=b&constructor=c',
    headers: { 'content-type': 'application/json', ['__proto__']: 'd' },
    body: '{"__proto__":{"polluted":true}}',
  })
  const [payload] = host.payloads('f') as Record<string, object>[]
  expect(Object.entries(payload!['path_params']!)).toEqual([['__proto__', 'a']])
  expect(Object.entries(payload!['query_params']!)).toEqual([
    ['__proto__', 'b'],
    ['constructor', 'c'],
  ])
  expect(Object.entries(payload!['headers']!)).toContainEqual(['__proto__', 'd'])
  expect(Object.entries(payload!['body']!)).toEqual([['__proto__', { polluted: true }]])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('all five methods and HEAD reach their own route', async () => {
  const { host, route, call } = await startHttp()
  host.serve('f', (data) => ({ body: (data as { trigger: { method: string } }).trigger.method }))
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']
  for (const http_method of methods) await route('f', { api_path: '/a', http_method })
  for (const method of methods) {
    const answer = await call({ method, path: '/a' })
    expect([answer.status, answer.text]).toEqual([200, method === 'HEAD' ? '' : JSON.stringify(method)])
  }
})

test('an unknown path is 404, another method 405 with those there are, HEAD on a GET route 404', async () => {
  const { route, call } = await startHttp()
  await route('f', { api_path: '/a', http_method: 'POST' })
  await route('f', { api_path: '/a', http_method: 'PUT' })
  await route('f', { api_path: '/b', http_method: 'GET' })

  const unknown = await call({ path: '/x' })
  expect([unknown.status, unknown.json()]).toEqual([404, { error: { code: 'NOT_FOUND', message: 'Not Found' } }])
  const wrong = await call({ path: '/a' })
  expect([wrong.status, wrong.text, wrong.headers.allow]).toEqual([405, '', 'POST, PUT'])
  expect((await call({ path: '/b', method: 'HEAD' })).status).toBe(404)
  expect((await call({ path: '/a', method: 'HEAD' })).status).toBe(405)
  expect((await call({ path: '/b', method: 'PROPFIND' })).status).toBe(405)
  expect((await call({ path: '/b/' })).status).toBe(404)
})

test('a route ends with its trigger', async () => {
  const { host, builtin, route, call } = await startHttp()
  host.serve('f', () => ({}))
  const binding = await route('f', { api_path: '/a' })
  expect((await call({ path: '/a' })).status).toBe(200)
  unbindFrom(builtin, binding)
  expect((await call({ path: '/a' })).status).toBe(404)
})

test('a later trigger takes a route over; when it is removed, the route is gone', async () => {
  const { host, builtin, route, call } = await startHttp()
  host.serve('old', () => ({ body: 'old' }))
  host.serve('new', () => ({ body: 'new' }))
  await route('old', { api_path: '/a' })
  const newer = await route('new', { api_path: 'a' })
  expect((await call({ path: '/a' })).json()).toBe('new')
  unbindFrom(builtin, newer)
  expect((await call({ path: '/a' })).status).toBe(404)
})

test('a trigger with a conflicting route is refused with a reason, and the first one stays', async () => {
  const { host, route, call } = await startHttp()
  host.serve('f', () => ({}))
  await route('f', { api_path: '/u/:id' })
  await expect(route('f', { api_path: '/u/:name' })).rejects.toThrow(
    expect.objectContaining({
      code: ErrorCode.trigger_registration_failed,
      message: expect.stringContaining(
        "Route 'GET /u/:name' conflicts with already-registered route 'GET /u/:id': ",
      ) as string,
    }),
  )
  expect((await call({ path: '/u/1' })).status).toBe(200)
})

test('a route that no request can reach is accepted and logged', async () => {
  const { host, route, call } = await startHttp()
  await route('f', { api_path: '/a', http_method: 'BREW' })
  expect(host.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'No request can reach this HTTP route' }),
  )
  expect((await call({ path: '/a' })).status).toBe(404)
})

test('a failing handler is 500 with its code, and the log has the id that the client was given', async () => {
  const { host, route, call } = await startHttp()
  host.serve('f', () => {
    throw new InvocationError({ code: 'BOOM', message: 'it broke' })
  })
  await route('f', { api_path: '/a' })
  const answer = await call({ path: '/a' })
  const { error } = answer.json() as { error: { error_id: string } }
  expect([answer.status, error]).toEqual([500, { code: 'BOOM', message: 'it broke', error_id: error.error_id }])
  expect(error.error_id).toMatch(/^[0-9a-f]{12}$/)
  expect(host.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ errorId: error.error_id }) as object }),
  )
})

test('a route whose function is gone is 500 with function_not_found', async () => {
  const { route, call } = await startHttp()
  await route('gone', { api_path: '/a' })
  const answer = await call({ path: '/a' })
  expect(answer.status).toBe(500)
  expect(answer.json()).toMatchObject({
    error: { code: 'function_not_found', message: expect.stringContaining('gone') as string },
  })
})

test('a result that cannot be serialised is status 500, and the connection stays open', async () => {
  const { host, route, call } = await startHttp()
  host.serve('f', () => ({ body: 1n }))
  await route('f', { api_path: '/a' })
  expect((await call({ path: '/a' })).status).toBe(500)
})

test('a handler that returns nothing and streams nothing is 504 at the limit, empty and without CORS headers', async () => {
  const { host, route, call } = await startHttp({ default_timeout: 3000 })
  const handler = heldHandler(host, 'f')
  await route('f', { api_path: '/a' })
  const pending = call({ path: '/a' })
  const payload = await handler.payload
  handler.answer(null)
  await host.clock.advance(2999)
  await host.clock.advance(1)
  const answer = await pending
  expect([answer.status, answer.text]).toEqual([504, ''])
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  await host.channelOf(payload, 'response').destroyed()
  expect(host.clock.pendingTimers).toBe(0)
})

test('a handler that does not answer is aborted at the time limit', async () => {
  const { host, route, call } = await startHttp({ default_timeout: 3000 })
  const handler = heldHandler(host, 'f')
  await route('f', { api_path: '/a' })
  const pending = call({ path: '/a' })
  await handler.payload
  await host.clock.advance(3000)
  expect((await pending).status).toBe(504)
  expect(host.calls[0]?.signal?.aborted).toBe(true)
})

test('after a request its channels are removed and no timer remains', async () => {
  const { host, route, call } = await startHttp()
  host.serve('f', () => ({}))
  await route('f', { api_path: '/a' })
  await call({ path: '/a' })
  for (const channel of host.allChannels) await channel.destroyed()
  expect(host.allChannels).toHaveLength(2)
  expect(host.clock.pendingTimers).toBe(0)
})

test('a request line in absolute form is routed by its path', async () => {
  const { host, port, route } = await startHttp()
  host.serve('f', () => ({ body: 'here' }))
  await route('f', { api_path: '/a' })
  expect(await rawCall(port, 'GET http://example.org/a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain(
    '"here"',
  )
})

test('a port in use is rejected with PORT_IN_USE, and stop before start is allowed', async () => {
  const { port } = await startHttp()
  const second = createHttpBuiltin(new ChannelHost(), parseHttpConfig({ port, host: '127.0.0.1' }))
  await expect(second.start()).rejects.toThrow(expect.objectContaining({ code: ErrorCode.PORT_IN_USE }))
  await second.stop()
  expect([second.port, second.url]).toEqual([port, `http://127.0.0.1:${String(port)}`])
})

test('stopping, also twice, cuts running requests and idle connections, and frees the port', async () => {
  const { host, builtin, port, route, call } = await startHttp()
  const handler = heldHandler(host, 'f')
  await route('f', { api_path: '/a' })
  const cut = expect(call({ path: '/a' })).rejects.toThrow('socket hang up')
  const idle = rawSocket(port)
  idle.write('GET /none HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(idle, 'data')
  const payload = await handler.payload
  await builtin.stop()
  await builtin.stop()
  await cut
  if (!idle.closed) await once(idle, 'close')
  await host.channelOf(payload, 'response').destroyed()
  expect(host.calls[0]?.signal?.aborted).toBe(true)
  expect(host.clock.pendingTimers).toBe(0)

  const next = createHttpBuiltin(new ChannelHost(), parseHttpConfig({ port, host: '127.0.0.1' }))
  await next.start()
  await next.stop()
})
