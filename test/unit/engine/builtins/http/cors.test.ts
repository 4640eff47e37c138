import { expect, test } from 'vitest'
import { CorsPolicy } from '../../../../../src/engine/builtins/http/cors.js'
import { parseHttpConfig } from '../../../../../src/engine/builtins/http/http-config.js'
import { startHttp } from '../../../../kit/builtin-rig.js'

const VARY = 'origin, access-control-request-method, access-control-request-headers'

test('every OPTIONS request is answered 200, on unknown paths and on OPTIONS routes too', async () => {
  const { host, route, call } = await startHttp()
  await route('f', { api_path: '/a', http_method: 'OPTIONS' })
  for (const path of ['/a', '/unknown', '*']) {
    const answer = await call({ method: 'OPTIONS', path, headers: { origin: 'https://x.example' } })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': '*',
      'access-control-allow-headers': '*',
      vary: VARY,
    })
  }
  expect(host.calls).toEqual([])
})

test('answers of every kind allow any origin by default', async () => {
  const { host, route, call } = await startHttp()
  host.serve('f', () => ({ headers: { vary: 'accept', 'access-control-allow-origin': 'https://own.example' } }))
  await route('f', { api_path: '/a' })
  const answers = [await call({ path: '/a' }), await call({ path: '/x' }), await call({ path: '/a', method: 'PUT' })]
  for (const { headers } of answers) {
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers).not.toHaveProperty('access-control-expose-headers')
  }
  expect(answers[0]?.headers.vary).toBe(`accept, ${VARY}`)
})

test('with a list of origins only those receive CORS headers', async () => {
  const { call } = await startHttp({
    cors: { allowed_origins: ['https://a.example'], allowed_methods: ['get', 'POST'] },
  })
  const from = (origin: string) => call({ path: '/x', headers: { origin } })
  expect((await from('https://a.example')).headers['access-control-allow-origin']).toBe('https://a.example')
  expect((await from('https://b.example')).headers['access-control-allow-origin']).toBeUndefined()
  expect((await call({ path: '/x' })).headers['access-control-allow-origin']).toBeUndefined()
  const preflight = await call({ method: 'OPTIONS', path: '/x', headers: { origin: 'https://a.example' } })
  expect(preflight.headers['access-control-allow-methods']).toBe('GET,POST')
})

test('a list with a star allows any', () => {
  const cors = { allowed_origins: ['https://a.example', '*'], allowed_methods: ['GET', '*'] }
  const policy = new CorsPolicy(parseHttpConfig({ cors }).cors)
  expect(Object.fromEntries(policy.preflight('https://b.example').headers)).toMatchObject({
    'access-control-allow-origin': ['*'],
    'access-control-allow-methods': ['*'],
  })
})

test('a local list allows its origins and local pages, unless the shared list overrides it', () => {
  const local = { allowed_origins: ['https://A.example:443'] }
  const allowed = (origin: string, config: object = {}): boolean =>
    new CorsPolicy(parseHttpConfig(config, local).cors).preflight(origin).headers.has('access-control-allow-origin')
  expect(
    ['https://a.example', 'http://localhost:5173', 'http://127.0.0.1', 'http://[::1]:1'].map((one) => allowed(one)),
  ).toEqual(Array(4).fill(true))
  expect(['https://b.example', 'null', 'http://localhost.b.example'].map((one) => allowed(one))).toEqual(
    Array(3).fill(false),
  )
  expect(allowed('http://localhost:5173', { cors: { allowed_origins: ['https://b.example'] } })).toBe(false)
  expect(allowed('https://c.example', { cors: { allowed_origins: [] } })).toBe(true)
})
