/** R42 in a real browser: checks what a page of another origin can do to an engine on the same machine. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Page } from 'playwright-core'
import { createTestEngine, type TestEngine } from '../../src/entry/testing.js'
import { startBrowser, type TestBrowser } from './browser.js'

let browser: TestBrowser
let engine: TestEngine
let bodies: unknown[]

beforeAll(async () => {
  browser = await startBrowser()
}, 60_000)
afterAll(() => browser.close())

beforeEach(async () => {
  vi.stubEnv('BROWSER_TEST_SECRET', 's3cr3t')
  engine = await createTestEngine()
  bodies = []
  const worker = engine.connect()
  worker.registerFunction('take', ({ body }: { body: unknown }) => {
    bodies.push(body)
    return { status_code: 200, body: { secret: 's3cr3t' } }
  })
  worker.registerTrigger({ type: 'http', function_id: 'take', config: { api_path: '/take', http_method: 'POST' } })
  await worker.ready()
})
afterEach(() => engine.close())

/** Runs a function of the page's own script. */
function run(page: Page, name: string, ...values: unknown[]): Promise<unknown> {
  return page.evaluate(`${name}(${values.map((value) => JSON.stringify(value)).join()})`)
}

async function addresses(of: TestEngine): Promise<readonly string[]> {
  const { writer, reader } = (await of.call('engine::channels::create')) as Record<
    'reader' | 'writer',
    Record<string, string>
  >
  const end = (ref: Record<string, string>, direction: string) =>
    `${of.url}/ws/channels/${ref['channel_id']!}?key=${ref['access_key']!}&dir=${direction}`
  return [of.url, `${of.url}/otel`, end(writer, 'write'), end(reader, 'read'), of.streamUrl!]
}

const asked = (id: string, data: object) => ({
  type: 'invokefunction',
  invocation_id: `00000000-0000-4000-8000-00000000000${id}`,
  function_id: `configuration::${id === '1' ? 'register' : 'get'}`,
  data,
})
const conversation = [
  asked('1', { id: 'mine', name: 'M', description: '', schema: {}, initial_value: '${BROWSER_TEST_SECRET}' }),
  asked('2', { id: 'mine' }),
]

test('a page of another origin opens no socket, under the engine’s address, a rebound name, or in a sandbox', async () => {
  const page = await browser.open('evil.example')
  for (const url of await addresses(engine)) {
    expect(await run(page, 'connect', url)).toBe('refused')
    expect(await run(page, 'connect', url.replace('127.0.0.1', 'evil.example'))).toBe('refused')
  }
  expect(await run(page, 'connect', engine.url.replace('127.0.0.1', 'localhost'))).toBe('refused')
  expect(await run(page, 'fromSandbox', engine.url)).toBe('refused')
  // They got as far as the engine; the browser by itself would have let them.
  expect(engine.stats().refused.foreignRequests).toBe(12)
  expect(engine.stats().sessions).toBe(1)
})

test.each(['localhost', '127.0.0.1', 'shop.localhost'])(
  'a page of a dev server at %s opens every socket',
  async (host) => {
    const page = await browser.open(host)
    for (const url of await addresses(engine)) expect(await run(page, 'connect', url)).toBe('open')
  },
)

test('a listed page opens every socket, and one under a listed host name', async () => {
  const page = await browser.open('app.example')
  const listed = await createTestEngine({ allowedOrigins: [new URL(page.url()).origin] })
  for (const url of await addresses(listed)) expect(await run(page, 'connect', url)).toBe('open')
  await listed.close()
  const named = await createTestEngine({ allowedHosts: ['app.example'] })
  for (const url of await addresses(named)) {
    expect(await run(page, 'connect', url.replace('127.0.0.1', 'app.example'))).toBe('open')
  }
  expect(await run(page, 'connect', named.url)).toBe('refused')
  await named.close()
})

test('a page that is trusted reads no environment variable, and one that is not reads nothing', async () => {
  const trusted = await browser.open('localhost')
  // One after the other: calls have no order among each other.
  const received: unknown[] = []
  for (const frame of conversation)
    received.push(...((await run(trusted, 'converse', engine.url, [frame])) as unknown[]))
  expect(received[1]).toMatchObject({ function_id: 'configuration::get', error: { code: 'EXPAND_FAILED' } })
  expect(JSON.stringify(received)).not.toContain('s3cr3t')
  const foreign = await browser.open('evil.example')
  expect(await run(foreign, 'converse', engine.url, conversation)).toBe('refused')
})

test('a page of another origin hands no JSON to a route and reads no answer', async () => {
  const page = await browser.open('evil.example')
  const url = `${engine.httpUrl!}/take`
  for (const type of ['text/plain', 'text/plain; a=application/json', 'application/x-www-form-urlencoded']) {
    expect(await run(page, 'post', url, type, '{"delete":"all"}')).toBe('unreadable')
  }
  expect(await run(page, 'submit', url, '{"delete":"all","a":"b')).toBe('submitted')
  // These arrived, as a webhook would, but not as JSON.
  expect(bodies).toEqual([null, null, null, null])
  expect(await run(page, 'post', url, 'application/json', '{"delete":"all"}')).toBe('unreadable')
  expect(bodies).toHaveLength(4)
})

test('a page of a dev server sends JSON to a route and reads its answer', async () => {
  const page = await browser.open('localhost')
  expect(await run(page, 'post', `${engine.httpUrl!}/take`, 'application/json', '{"a":1}')).toEqual({
    secret: 's3cr3t',
  })
  expect(bodies).toEqual([{ a: 1 }])
})
