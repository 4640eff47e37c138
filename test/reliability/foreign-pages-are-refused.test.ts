/** R42: which `Origin` and `Host` the ports for WebSockets answer, and that clients read no variable of the engine. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestEngine, type TestEngine } from '../../src/entry/testing.js'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine } from '../../src/engine/engine.js'
import { atLeastTests } from '../kit/at-least.js'
import { sendHead, UPGRADE_HEADERS } from '../kit/http-client.js'
import { rawWorker } from '../kit/raw-socket.js'

const LISTED = 'https://app.example:8443'
const SECRET = 'R42_SECRET'

let engine: TestEngine

beforeAll(async () => {
  process.env[SECRET] = 's3cr3t'
  engine = await createTestEngine({
    rbac: { auth_function_id: 'auth' },
    allowedOrigins: [LISTED],
    allowedHosts: ['engine.example'],
    builtins: { 'iii-http-functions': {} },
  })
  const admin = engine.connect()
  admin.registerFunction('auth', () => ({
    allowed_functions: ['register', 'set', 'get'].map((name) => `configuration::${name}`),
  }))
  await admin.ready()
})
afterAll(async () => {
  Reflect.deleteProperty(process.env, SECRET)
  await engine.close()
})

interface Endpoint {
  readonly port: number
  readonly path: string
}

const portOf = (url: string | undefined): number => Number(new URL(url!).port)

async function channelEnd(direction: 'read' | 'write'): Promise<Endpoint> {
  const refs = (await engine.call('engine::channels::create')) as {
    readonly writer: { readonly channel_id: string; readonly access_key: string }
    readonly reader: { readonly channel_id: string; readonly access_key: string }
  }
  const { channel_id: id, access_key: key } = direction === 'read' ? refs.reader : refs.writer
  return { port: portOf(engine.url), path: `/ws/channels/${id}?key=${key}&dir=${direction}` }
}

const endpoints: readonly [string, () => Endpoint | Promise<Endpoint>][] = [
  ['the worker port', () => ({ port: portOf(engine.url), path: '/' })],
  ['a guarded worker port', () => ({ port: portOf(engine.guardedUrl), path: '/' })],
  ['/otel', () => ({ port: portOf(engine.url), path: '/otel' })],
  ['the reading end of a channel', () => channelEnd('read')],
  ['the writing end of a channel', () => channelEnd('write')],
  ['the stream port', () => ({ port: portOf(engine.streamUrl), path: '/' })],
]

/** Header lines, in which PORT stands for the port that is dialled. */
type Lines = readonly string[]
const LOCAL = 'Host: 127.0.0.1:PORT'
const EVIL = 'Host: evil.example:PORT'
const origin = (value: string): Lines => [LOCAL, `Origin: ${value}`]

const foreign: readonly [what: string, setting: 'allowedOrigins' | 'allowedHosts', Lines][] = [
  ['a page of another site', 'allowedOrigins', origin('https://evil.example')],
  ['a page of another site on the port of a dev server', 'allowedOrigins', origin('http://evil.example:5173')],
  ['a sandboxed page', 'allowedOrigins', origin('null')],
  ['an empty origin', 'allowedOrigins', origin('')],
  ['a star', 'allowedOrigins', origin('*')],
  ['a file', 'allowedOrigins', origin('file://')],
  ['an extension', 'allowedOrigins', origin('chrome-extension://localhost')],
  ['a site below a name like localhost', 'allowedOrigins', origin('http://localhost.evil.example')],
  ['a site below a name like 127.0.0.1', 'allowedOrigins', origin('http://127.0.0.1.evil.example')],
  ['a name that ends like localhost', 'allowedOrigins', origin('http://notlocalhost')],
  ['localhost as a user name', 'allowedOrigins', origin('http://localhost@evil.example')],
  ['localhost as a fragment', 'allowedOrigins', origin('http://evil.example#localhost')],
  ['localhost behind a backslash', 'allowedOrigins', origin('http://evil.example\\.localhost')],
  ['localhost behind an escaped slash', 'allowedOrigins', origin('http://evil.example%2f.localhost')],
  ['another machine of the network', 'allowedOrigins', origin('http://192.168.7.7')],
  ['the listed site on another port', 'allowedOrigins', origin('https://app.example')],
  ['the listed site without TLS', 'allowedOrigins', origin('http://app.example:8443')],
  ['two origins in one line', 'allowedOrigins', origin('http://localhost, http://evil.example')],
  [
    'a second origin behind a good one',
    'allowedOrigins',
    [...origin('http://localhost'), 'Origin: http://evil.example'],
  ],
  [
    'a second origin before a good one',
    'allowedOrigins',
    [...origin('http://evil.example'), 'Origin: http://localhost'],
  ],
  ['a rebound name', 'allowedHosts', [EVIL, 'Origin: http://evil.example:PORT']],
  ['a rebound name, from another port', 'allowedHosts', [EVIL, 'Origin: http://evil.example']],
  [
    'a rebound name in capitals and with a dot',
    'allowedHosts',
    ['Host: EVIL.example.:PORT', 'Origin: http://evil.example'],
  ],
  ['a good page under a foreign host', 'allowedHosts', [EVIL, 'Origin: http://localhost:5173']],
  ['a listed page under a foreign host', 'allowedHosts', [EVIL, `Origin: ${LISTED}`]],
  ['a browser without origin under a foreign host', 'allowedHosts', [EVIL, 'Sec-Fetch-Site: same-origin']],
  ['a browser under a host that is no host', 'allowedHosts', ['Host: 127.0.0.1:PORT/x', 'Sec-Fetch-Mode: websocket']],
  ['a browser under a host with a user', 'allowedHosts', ['Host: localhost@evil.example', 'Sec-Fetch-Mode: websocket']],
]

const trusted: readonly [what: string, Lines][] = [
  ['a program', [LOCAL]],
  ['a program that uses a service name', ['Host: engine:PORT']],
  ['a page of a dev server at localhost', origin('http://localhost:5173')],
  ['a page of a dev server at 127.0.0.1', origin('http://127.0.0.1:3000')],
  ['a page of a dev server at ::1', origin('http://[::1]:3000')],
  ['a page of a dev server below localhost', origin('https://shop.localhost')],
  ['a listed page', origin(LISTED)],
  ['a page of the same address', ['Host: 192.168.7.7:PORT', 'Origin: http://192.168.7.7:5173']],
  ['a page of the same listed host', ['Host: engine.example:PORT', 'Origin: https://Engine.example']],
]

type Row<Rest extends readonly unknown[]> = [
  endpoint: string,
  what: string,
  () => Endpoint | Promise<Endpoint>,
  ...Rest,
]

function atEach<Rest extends readonly unknown[]>(cases: readonly [what: string, ...Rest][]): Row<Rest>[] {
  return endpoints.flatMap(([name, endpoint]) =>
    cases.map(([what, ...rest]): Row<Rest> => [name, what, endpoint, ...rest]),
  )
}

async function send(endpoint: Endpoint, lines: Lines, more: readonly string[] = UPGRADE_HEADERS) {
  return sendHead(endpoint, [...lines.map((line) => line.replaceAll('PORT', String(endpoint.port))), ...more])
}

test.each(atEach(foreign))('%s refuses %s', async (_, _what, openEndpoint, setting, lines) => {
  const endpoint = await openEndpoint()
  const before = engine.stats().refused.foreignRequests
  const { status, body } = await send(endpoint, lines)
  expect(status).toBe(403)
  expect(JSON.parse(body)).toEqual({
    error: { code: 'FORBIDDEN', message: expect.stringContaining(`list it in \`${setting}\``) as unknown },
  })
  expect(engine.stats().refused.foreignRequests).toBe(before + 1)
  // The others are still served.
  expect((await send(endpoint, [LOCAL])).status).toBe(101)
})

test.each(atEach(trusted))('%s answers %s', async (_, _what, openEndpoint, lines) => {
  expect((await send(await openEndpoint(), lines)).status).toBe(101)
})

test.each(endpoints)('%s answers 400 when `Host` is sent twice', async (_, openEndpoint) => {
  const endpoint = await openEndpoint()
  for (const lines of [
    [LOCAL, LOCAL],
    [LOCAL, EVIL],
    [EVIL, LOCAL],
  ])
    expect((await send(endpoint, lines)).status).toBe(400)
})

test.each(atEach(foreign.slice(0, 3)))(
  '%s refuses plain requests of %s too',
  async (_, _what, openEndpoint, _setting, lines) => {
    expect((await send(await openEndpoint(), lines, ['Connection: close'])).status).toBe(403)
  },
)

test('on all addresses, a program reaches the engine by a service name, and a page by a trusted one alone', async () => {
  const workers = [{ name: 'iii-worker-manager', config: { host: '0.0.0.0', port: 0 } }]
  const open = await startEngine(engineConfigOf({ workers }))
  const endpoint = { port: portOf(open.url), path: '/' }
  expect((await send(endpoint, ['Host: engine:PORT'])).status).toBe(101)
  expect((await send(endpoint, ['Host: engine:PORT', 'Origin: http://localhost:5173'])).status).toBe(101)
  expect((await send(endpoint, ['Host: engine:PORT', 'Origin: http://engine:PORT'])).status).toBe(403)
  expect((await send(endpoint, origin('https://evil.example'))).status).toBe(403)
  await open.close()
})

test.each([
  ['an open', () => engine.url],
  ['a guarded', () => engine.guardedUrl!],
])('a worker on %s listener reads no environment variable by naming it in a configuration', async (name, url) => {
  const worker = await rawWorker(url())
  const id = `r42-${name.replace(' ', '-')}`
  const call = async (function_id: string, data: object) => {
    worker.send({ type: 'invokefunction', function_id, invocation_id: crypto.randomUUID(), data })
    return worker.next((frame) => frame['type'] === 'invocationresult' && frame['function_id'] === function_id)
  }
  const entry = { id, name: 'R42', description: '', schema: {} }
  await call('configuration::register', { ...entry, initial_value: [`\${${SECRET}}`] })
  expect(await call('configuration::get', { id })).toMatchObject({ error: { code: 'EXPAND_FAILED' } })
  expect(JSON.stringify(await call('configuration::get', { id, raw: true }))).not.toContain('s3cr3t')
  await call('configuration::set', { id, value: { deep: [`\${${SECRET}:none}`] } })
  expect(await call('configuration::get', { id })).toMatchObject({ result: { value: { deep: ['none'] } } })
})

atLeastTests(242)
