import { expect, test } from 'vitest'
import { InvocationError } from '../../../../../src/errors.js'
import { startHttp } from '../../../../kit/builtin-rig.js'

const respond = (status_code: number) => ({ action: 'respond', response: { status_code, body: 'mw' } })

test('global middleware by priority, then condition, then route middleware in its order, then the handler', async () => {
  const { host, route, call } = await startHttp({
    middleware: [{ function_id: 'g2', priority: 5 }, { function_id: 'g1' }],
  })
  for (const id of ['g1', 'g2']) host.serve(id, () => ({ action: 'continue' }))
  for (const id of ['c', 'm1', 'm2', 'f']) host.serve(id, () => ({}), 'blue')
  const config = { api_path: '/a', condition_function_id: 'c', middleware_function_ids: ['m1', 'm2'] }
  await route('f', config, { namespace: 'blue', metadata: { kept: true } })

  expect((await call({ path: '/a', headers: { traceparent: 'tp', baggage: 'bg' } })).status).toBe(200)

  expect(host.calls.map(({ functionId, namespace }) => [functionId, namespace ?? 'default'])).toEqual([
    ['g1', 'default'],
    ['g2', 'default'],
    ['c', 'blue'],
    ['m1', 'blue'],
    ['m2', 'blue'],
    ['f', 'blue'],
  ])
  expect(host.calls.every((call) => call.traceparent === 'tp' && call.baggage === 'bg')).toBe(true)
  expect(host.calls.map((call) => call.metadata)).toEqual([...Array<undefined>(5).fill(undefined), { kept: true }])
})

test('a condition receives the payload without channels', async () => {
  const { host, route, call } = await startHttp()
  host.serve('c', () => true)
  host.serve('f', () => ({}))
  await route('f', { api_path: '/a/:x', http_method: 'POST', condition_function_id: 'c' })
  await call({ method: 'POST', path: '/a/1?q=2', headers: { 'content-type': 'application/json' }, body: '{"n":1}' })
  expect(host.payloads('c')).toEqual([
    {
      method: 'POST',
      path: '/a/:x',
      path_params: { x: '1' },
      query_params: { q: '2' },
      headers: expect.any(Object) as object,
      body: { n: 1 },
      trigger: { type: 'http', path: '/a/:x', method: 'POST' },
    },
  ])
})

test('a condition that returns false is status 422: no handler runs, no channel is created', async () => {
  const { host, route, call } = await startHttp()
  host.serve('c', () => false)
  host.serve('f', () => ({}))
  await route('f', { api_path: '/a', condition_function_id: 'c' })
  const answer = await call({ path: '/a' })
  const error = { code: 'CONDITION_NOT_MET', message: 'Request condition not met' }
  expect([answer.status, answer.json()]).toEqual([422, { error, skipped: true }])
  expect(host.payloads('f')).toEqual([])
  expect(host.allChannels).toEqual([])
})

test.each([null, undefined, 0, '', 'false', {}, [], true])(
  'a condition that says %j lets the request through',
  async (verdict: unknown) => {
    const { host, route, call } = await startHttp()
    host.serve('c', () => verdict)
    host.serve('f', () => ({ body: 'in' }))
    await route('f', { api_path: '/a', condition_function_id: 'c' })
    expect((await call({ path: '/a' })).json()).toBe('in')
  },
)

test('a condition that is missing or fails is 500 with its code', async () => {
  const { host, route, call } = await startHttp()
  host.serve('f', () => ({}))
  await route('f', { api_path: '/a', condition_function_id: 'c' })
  expect((await call({ path: '/a' })).json()).toMatchObject({ error: { code: 'function_not_found' } })
  host.serve('c', () => {
    throw new InvocationError({ code: 'E1', message: 'boom' })
  })
  const answer = await call({ path: '/a' })
  expect([answer.status, answer.json()]).toMatchObject([500, { error: { code: 'E1', message: 'boom' } }])
  expect(host.payloads('f')).toEqual([])
})

test('middleware receives the request without its body and may respond in place of the handler', async () => {
  const { host, route, call } = await startHttp()
  host.serve('m', () => ({
    action: 'respond',
    response: { status_code: 401, headers: { 'x-mw': '1' }, body: { no: 'way' } },
  }))
  await route('f', { api_path: '/a/:id', http_method: 'POST', middleware_function_ids: ['m', 'never'] })
  const answer = await call({ method: 'POST', path: '/a/1?b=2', headers: { 'x-c': '3' }, body: 'text' })
  expect(answer).toMatchObject({ status: 401, text: '{"no":"way"}', headers: { 'x-mw': '1' } })
  expect(host.calls.map((call) => call.data)).toEqual([
    {
      phase: 'preHandler',
      request: {
        path_params: { id: '1' },
        query_params: { b: '2' },
        headers: expect.objectContaining({ 'x-c': '3' }) as object,
        method: 'POST',
      },
      context: {},
    },
  ])
})

test('global middleware that answers stops everything after it', async () => {
  const { host, route, call } = await startHttp({ middleware: [{ function_id: 'g' }, { function_id: 'never' }] })
  host.serve('g', () => respond(403))
  await route('f', { api_path: '/a', condition_function_id: 'c', middleware_function_ids: ['m'] })
  expect((await call({ path: '/a' })).status).toBe(403)
  expect(host.calls.map((call) => call.functionId)).toEqual(['g'])
  expect((await call({ path: '/unknown' })).status).toBe(404)
  expect(host.calls).toHaveLength(1)
})

test.each([{ action: 'respond' }, { action: 'respond', response: null }, { action: 'respond', response: 'x' }])(
  'middleware that answers %j answers 200 with an empty object',
  async (verdict) => {
    const { host, route, call } = await startHttp()
    host.serve('m', () => verdict)
    await route('f', { api_path: '/a', middleware_function_ids: ['m'] })
    const answer = await call({ path: '/a' })
    expect([answer.status, answer.text]).toEqual([200, '{}'])
  },
)

test.each([null, undefined, true, 'respond', [], {}, { action: 'stop' }, { response: { status_code: 401 } }])(
  'middleware that says %j lets the request pass',
  async (verdict: unknown) => {
    const { host, route, call } = await startHttp()
    host.serve('m', () => verdict)
    host.serve('f', () => ({ body: 'in' }))
    await route('f', { api_path: '/a', middleware_function_ids: ['m'] })
    expect((await call({ path: '/a' })).json()).toBe('in')
  },
)

test('middleware that is missing or fails is 500 with its code', async () => {
  const { host, route, call } = await startHttp()
  await route('f', { api_path: '/a', middleware_function_ids: ['m'] })
  expect((await call({ path: '/a' })).json()).toMatchObject({ error: { code: 'function_not_found' } })
  host.serve('m', () => {
    throw new InvocationError({ code: 'DENIED', message: 'no' })
  })
  const answer = await call({ path: '/a' })
  expect([answer.status, answer.json()]).toMatchObject([500, { error: { code: 'DENIED', message: 'no' } }])
})

test('middleware that exceeds its time limit is 504 MIDDLEWARE_TIMEOUT, with CORS headers', async () => {
  const { host, route, call } = await startHttp({ default_timeout: 3000, middleware: [{ function_id: 'slow' }] })
  const reached = new Promise<void>((resolve) => {
    host.serve('slow', () => {
      resolve()
      return new Promise(() => {})
    })
  })
  await route('f', { api_path: '/a' })
  const pending = call({ path: '/a' })
  await reached
  await host.clock.advance(3000)
  const answer = await pending
  expect(answer.status).toBe(504)
  expect(answer.json()).toMatchObject({
    error: { code: 'MIDDLEWARE_TIMEOUT', message: expect.stringContaining('slow') as string },
  })
  expect(answer.headers['access-control-allow-origin']).toBe('*')
})
