/** What the console refuses, what hostile names and payloads can do in it, and what it does without an engine. */
import { request as httpRequest } from 'node:http'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Browser } from 'playwright-core'
import { startConsole } from '../../src/console-server/console-server.js'
import { createTestEngine, type TestEngine } from '../../src/entry/testing.js'
import type { Dial, Transport } from '../../src/wire/transport/transport.js'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { openConsole, startChromium } from './console-browser.js'

let browser: Browser
let engine: TestEngine
let url: URL

beforeAll(async () => {
  browser = await startChromium()
}, 60_000)
afterAll(() => browser.close())

beforeEach(async () => {
  engine = await createTestEngine()
  url = new URL(await engine.openConsole())
})
afterEach(() => engine.close())

const LIMIT_MS = 60_000

function tokenOf(address: URL): string {
  return address.hash.slice('#token='.length)
}

/** The status of the upgrade, or `open`. */
function upgrade(path: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${url.host}${path}`, { headers })
    socket.on('open', () => {
      resolve('open')
      socket.terminate()
    })
    socket.on('unexpected-response', (_request, response) => {
      resolve(String(response.statusCode))
      response.resume()
    })
    socket.on('error', () => undefined)
  })
}

function get(
  path: string,
  options: { method?: string; host?: string } = {},
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> {
  const { method = 'GET', host = url.host } = options
  return new Promise((resolve, reject) => {
    httpRequest({ host: url.hostname, port: url.port, path, method, headers: { host } }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
      .on('error', reject)
      .end()
  })
}

test('the WebSocket opens with the token only, and only for a page of the console itself', async () => {
  const token = tokenOf(url)
  expect(token.length).toBeGreaterThanOrEqual(24)
  expect(await upgrade(`/engine?token=${token}`)).toBe('open')
  expect(await upgrade(`/engine?token=${token}`, { origin: url.origin })).toBe('open')
  expect(await upgrade('/engine')).toBe('403')
  expect(await upgrade('/engine?token=')).toBe('403')
  expect(await upgrade(`/engine?token=${token}x`)).toBe('403')
  expect(await upgrade(`/?token=${token}`)).toBe('403')
  // Pages of another origin, also those of other servers on this machine.
  expect(await upgrade(`/engine?token=${token}`, { origin: 'http://evil.example' })).toBe('403')
  expect(await upgrade(`/engine?token=${token}`, { origin: 'http://localhost:5173' })).toBe('403')
  // A name of a page that leads to this machine.
  const rebound = { origin: `http://evil.example:${url.port}`, host: `evil.example:${url.port}` }
  expect(await upgrade(`/engine?token=${token}`, rebound)).toBe('403')
})

test('files are served with a policy that loads nothing else, and nothing but the files is served', async () => {
  const page = await get('/traces/abc')
  expect(page.status).toBe(200)
  expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  expect(page.headers['content-security-policy']).not.toContain('unsafe')
  expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  expect(page.text).not.toMatch(/<script(?![^>]*src=)|\son\w+=|style=/)
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/other.js']) {
    const { status, text } = await get(path)
    expect([404, 200], path).toContain(status)
    expect(text, path).not.toContain('dependencies')
  }
  expect((await get('/other.js')).status).toBe(404)
  expect((await get('/', { method: 'POST' })).status).toBe(405)
  expect((await get('/', { host: `evil.example:${url.port}` })).status).toBe(403)
})

test(
  'a page without the token says what to open, and shows nothing of the engine',
  async () => {
    const { page } = await openConsole(browser, `${url.origin}/functions`)
    await page.getByText('This address has no valid token').waitFor()
    await page.context().close()
  },
  LIMIT_MS,
)

test(
  'a read-only console lists and shows, and refuses what changes something',
  async () => {
    const served = await startConsole({ url: engine.url, dial: dialWebSocket }, { port: 0, readOnly: true })
    const { host, hash } = new URL(served.url)
    const socket = new WebSocket(`ws://${host}/engine?token=${hash.slice('#token='.length)}`)
    const answers = new Map<string, { result?: unknown; error?: { code: string } }>()
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as {
        function_id?: string
        result?: unknown
        error?: { code: string }
      }
      if (message.function_id !== undefined) answers.set(message.function_id, message)
    })
    await new Promise((resolve) => socket.once('open', resolve))
    const ask = (function_id: string, more: object = {}): void => {
      const frame = {
        type: 'invokefunction',
        invocation_id: crypto.randomUUID(),
        function_id,
        data: { scope: 's', key: 'k', value: 1 },
        ...more,
      }
      socket.send(JSON.stringify(frame))
    }
    const refused = [
      'state::set',
      'state::delete',
      'iii::queue::redrive',
      'engine::traces::clear',
      'publish',
      'console::request',
    ]
    for (const id of refused) ask(id)
    ask('state::get', { action: { type: 'enqueue', queue: 'default' } })
    // Forwarded as it is, this would register a function and a trigger that runs another.
    socket.send(
      JSON.stringify({ type: 'registertrigger', id: 't', trigger_type: 'cron', function_id: 'state::set', config: {} }),
    )
    socket.send(JSON.stringify({ type: 'registerfunction', id: 'orders::create' }))
    for (const id of ['engine::functions::list', 'state::list_groups', 'console::info']) ask(id)
    await expect.poll(() => answers.size, { timeout: 5_000 }).toBe(refused.length + 4)
    for (const id of [...refused, 'state::get']) expect(answers.get(id)?.error?.code, id).toMatch(/FORBIDDEN|NOT_FOUND/)
    expect(answers.get('state::list_groups')?.result).toEqual({ groups: [] })
    expect(answers.get('console::info')?.result).toMatchObject({ readOnly: true, isLocal: false })
    expect(await engine.call('state::get', { scope: 's', key: 'k' })).toBeUndefined()
    const { functions } = (await engine.call('engine::functions::list')) as { functions: { function_id: string }[] }
    expect(functions.map(({ function_id }) => function_id)).not.toContain('orders::create')
    socket.terminate()
    await served.close()
  },
  LIMIT_MS,
)

test(
  'hostile names, payloads and errors are shown as text and run nothing',
  async () => {
    const hostile = '<img src=x onerror="document.title=\'owned\'">"><script>document.title="owned"</script>'
    const id = `evil::${hostile}`
    const worker = engine.connect({ workerName: hostile, otel: { enabled: true, spansFlushIntervalMs: 50 } })
    worker.registerFunction(
      id,
      () => {
        throw new Error(`\u202e\u001b[31m ${hostile}`)
      },
      {
        description: hostile,
        request_format: { type: 'object', properties: { [hostile]: { type: 'string', description: hostile } } },
      },
    )
    await worker.ready()
    await engine.call('state::set', {
      scope: hostile,
      key: hostile,
      value: { [hostile]: hostile, __proto__: { a: 1 } },
    })
    await worker.trigger({ function_id: id, payload: { [hostile]: hostile } }).catch(() => undefined)
    const { page, errors } = await openConsole(browser, url.href)
    // Characters that reverse text or are not seen.
    await page.getByText('\\u202e\\u001b[31m').first().waitFor()
    await page
      .getByRole('link', { name: /evil::/ })
      .first()
      .click()
    await page.getByRole('tab', { name: 'Input' }).click()
    await page.getByLabel('Input').getByText('onerror').first().waitFor()
    for (const path of ['functions', 'state', 'workers', 'traces']) {
      await page.goto(`${url.origin}/${path}`)
      await page.getByText('onerror').first().waitFor()
    }
    await page.goto(`${url.origin}/functions/${encodeURIComponent(id)}`)
    await page.getByText('onerror').nth(2).waitFor()
    await page.goto(`${url.origin}/state/${encodeURIComponent(hostile)}/${encodeURIComponent(hostile)}`)
    await page.getByLabel('Value').getByText('onerror').first().waitFor()
    expect(await page.title()).not.toBe('owned')
    expect(await page.locator('img').count()).toBe(0)
    expect(errors).toEqual([])
    await page.context().close()
  },
  LIMIT_MS,
)

test(
  'a lost engine is shown, and the page continues once it is back',
  async () => {
    const links: Transport[] = []
    let isGone = false
    const dial: Dial = (to, options, events) => {
      // Nothing listens on this port.
      const link = dialWebSocket(isGone ? 'ws://127.0.0.1:1' : to, options, events)
      links.push(link)
      return link
    }
    const served = await startConsole({ url: engine.url, dial }, { port: 0 })
    const { page } = await openConsole(browser, served.url)
    await page.getByRole('link', { name: 'Workers' }).first().click()
    await page.getByRole('link', { name: /iii-queue/ }).waitFor()
    isGone = true
    for (const link of links) link.terminate()
    await page.getByText(/The engine is not reachable/).waitFor()
    isGone = false
    await page.getByText(/The engine is not reachable/).waitFor({ state: 'detached' })
    const late = engine.connect({ workerName: 'late' })
    await late.ready()
    await page.getByRole('link', { name: /late/ }).waitFor()
    await page.context().close()
    await served.close()
  },
  LIMIT_MS,
)

test(
  'over the wire the console says what the engine does not list, and opens a key by its name',
  async () => {
    await engine.call('state::set', { scope: 'orders', key: '7', value: { sku: 'tea' } })
    const served = await startConsole({ url: engine.url, dial: dialWebSocket }, { port: 0 })
    const { page, errors } = await openConsole(browser, served.url)
    await page.getByRole('link', { name: 'State' }).first().click()
    await page.getByRole('link', { name: 'orders' }).click()
    await page.getByText('This engine does not list keys').waitFor()
    await page.getByRole('button', { name: 'Open key…' }).click()
    await page.getByLabel('Name of the key').fill('7')
    await page.keyboard.press('Enter')
    await page.getByLabel('Value').getByText('"tea"').waitFor()
    expect(errors).toEqual([])
    await page.context().close()
    await served.close()
  },
  LIMIT_MS,
)

test(
  'pages of an engine that keeps no traces and lists no workers say so, and claim nothing about them',
  async () => {
    const dial: Dial = (to, options, events) => {
      const link = dialWebSocket(to, options, events)
      const send = link.send.bind(link)
      link.send = (frame) => send(String(frame).replace(/"engine::(traces|workers)::list"/, '"engine::$1::missing"'))
      return link
    }
    const served = await startConsole({ url: engine.url, dial }, { port: 0 })
    const { page, errors } = await openConsole(browser, served.url)
    for (const what of ['traces', 'workers']) await page.getByText(`engine::${what}::missing`).first().waitFor()
    for (const claim of ['Nothing failed', 'No traces yet', 'No workers are connected'])
      await page.getByText(claim).waitFor({ state: 'detached' })
    for (const path of ['flow', 'metrics']) {
      await page.goto(`${new URL(served.url).origin}/${path}`)
      await page.getByText('engine::traces::missing').first().waitFor()
      await page.getByText('No function was called').waitFor({ state: 'detached' })
    }
    expect(errors).toEqual([])
    await page.context().close()
    await served.close()
  },
  LIMIT_MS,
)

test(
  'a list of thousand rows draws those that are seen',
  async () => {
    for (let key = 0; key < 1_000; key++)
      await engine.call('state::set', { scope: 'many', key: `k${String(key)}`, value: key })
    const { page } = await openConsole(browser, url.href)
    await page.goto(`${url.origin}/state/many`)
    const rows = page.getByRole('list').getByRole('link')
    await rows.first().waitFor()
    expect(await rows.count()).toBeLessThan(100)
    await page.evaluate("document.querySelector('.scroll').scrollTo(0, 1e6)")
    await page.getByRole('link', { name: /^k999/ }).waitFor()
    expect(await rows.count()).toBeLessThan(100)
    await page.context().close()
  },
  LIMIT_MS,
)

test('the console is small: what the first page loads, and what the package contains', async () => {
  const files = readdirSync('dist/console').map((name) => `dist/console/${name}`)
  const total = files.reduce((sum, file) => sum + statSync(file).size, 0)
  const first = ['index.html', 'main.css', 'icon.svg', ...withImports('main.js')].map(
    (name) => gzipSync(readFileSync(`dist/console/${name}`)).length,
  )
  expect(first.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000)
  // All pages together; each is loaded when it is first opened.
  expect(total).toBeLessThanOrEqual(300_000)
})

test('probes need no token, are refused for other host names, and contain numbers alone', async () => {
  expect(await get('/healthz')).toMatchObject({ status: 200, text: '{"status":"ok"}\n' })
  const metrics = await get('/metrics')
  expect(metrics.text).toContain('iii_engine_sessions 0')
  expect(metrics.text).not.toContain(tokenOf(url))
  for (const path of ['/healthz', '/metrics']) expect((await get(path, { host: 'evil.test' })).status).toBe(403)
})

/** A script with all that it imports before it runs. */
function withImports(name: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(name)) return found
  found.add(name)
  const script = readFileSync(`dist/console/${name}`, 'utf8')
  for (const [, imported = ''] of script.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) withImports(imported, found)
  return found
}
