/** The tools for programs, used with the client of the protocol's own package, over both of its transports. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { consoleArguments, serveConsole } from '../../src/cli/commands/serve/start-console.js'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { compiledFile, runCli } from '../kit/compiled-project.js'
import { consoleStage, type ConsoleStage } from '../console/console-stage.js'

const limit = { timeout: 60_000 }
let stage: ConsoleStage

beforeEach(async () => {
  stage = await consoleStage()
}, 60_000)
afterEach(() => stage.close())

interface Answer {
  readonly content: readonly { readonly text: string }[]
  readonly isError?: boolean
}

/** The text of an answer; a failed one begins with `failed: `. */
async function use(client: Client, name: string, input: Record<string, unknown> = {}): Promise<string> {
  const { content, isError = false } = (await client.callTool({ name, arguments: input })) as unknown as Answer
  return (isError ? 'failed: ' : '') + content.map(({ text }) => text).join('')
}

async function overStdio(...args: string[]): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const command = [compiledFile('src/cli/main.ts'), 'mcp', '--url', stage.engine.url, ...args]
  await client.connect(new StdioClientTransport({ command: process.execPath, args: command }))
  onTestFinished(() => client.close())
  return client
}

/** A console with `/mcp`, in front of the engine of the stage. */
async function served(options: Record<string, boolean> = {}): Promise<URL> {
  const target = { url: stage.engine.url, dial: dialWebSocket }
  const origins = { allowedOrigins: [], allowedHosts: [] }
  const console = await serveConsole(target, consoleArguments({ 'console-port': '0', ...options }, origins))
  onTestFinished(() => console.close())
  return new URL(console.url)
}

async function overHttp(url: URL, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  const authorization = `Bearer ${url.hash.slice('#token='.length)}`
  const requestInit = { headers: { authorization, ...headers } }
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }))
  onTestFinished(() => client.close())
  return client
}

test('over stdio, a failed call is found, read and explained, and nothing can be changed', limit, async () => {
  const client = await overStdio()
  const { tools } = await client.listTools()
  expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true)
  expect(await use(client, 'list', { kind: 'functions' })).toContain('prices::find')
  expect(await use(client, 'list', { kind: 'routes' })).toContain('/orders')
  const workers = JSON.parse(await use(client, 'list', { kind: 'workers' })) as { name: string }[]
  // Without the connection of the tools themselves.
  expect(workers.map(({ name }) => name)).toEqual(['shop'])
  const failed = JSON.parse(await use(client, 'list_traces', { status: 'error', function: 'prices::find' })) as {
    trace_id: string
  }[]
  // Newest first. A job of the other one failed.
  expect(failed).toHaveLength(2)
  const id = failed[0]?.trace_id.slice(0, 12)
  expect(await use(client, 'read_trace', { trace_id: id })).toContain('There is no price for kettle')
  expect(await use(client, 'read_trace', { trace_id: id, detail: 'full' })).toContain('\\"kettle\\"')
  expect(await use(client, 'describe_function', { function_id: 'orders::create' })).toContain('Article number')
  expect(await use(client, 'describe_function', { function_id: 'orders::creat' })).toContain(
    'did you mean orders::create',
  )
  expect(await use(client, 'read_logs', { level: 'warn' })).toContain('Stock is low')
  expect(await use(client, 'list_queues')).toContain('shipping')
  expect(await use(client, 'read_dead_letters', { queue: 'shipping' })).toContain('Only 0 of cup in stock')
  expect(await use(client, 'read_state', { scope: 'prices', key: 'tea' })).toBe('4')
  expect(await use(client, 'search_docs', { query: 'redrive dead letters' })).toContain('guide/queues.md')
  expect(await use(client, 'read_docs', { page: 'guide/queues.md' })).toContain('# ')
  expect(await use(client, 'read_docs', { page: '../../package.json' })).toContain('failed: there is no page')
  for (const name of ['call_function', 'redrive', 'set_state'])
    expect(await use(client, name, { queue: 'shipping' })).toContain('start the server with `--allow-writes`')
  expect(await stage.engine.call('engine::queue::dlq_messages', { queue: 'shipping' })).toHaveLength(1)
})

test(
  'over stdio with --allow-writes, the cause is mended, the job redriven and the function called',
  limit,
  async () => {
    const client = await overStdio('--allow-writes')
    await use(client, 'set_state', { scope: 'stock', key: 'cup', value: 3 })
    expect(await use(client, 'redrive', { queue: 'shipping' })).toContain('"redriven": 1')
    await expect.poll(() => use(client, 'read_dead_letters', { queue: 'shipping' })).toBe('[]')
    const call = { function_id: 'orders::create', payload: { sku: 'tea', quantity: 3 } }
    expect(JSON.parse(await use(client, 'call_function', call))).toEqual({ total: 12 })
    expect(await use(client, 'call_function', { ...call, queue: 'shipping' })).toContain('messageReceiptId')
    expect(await use(client, 'call_function', { function_id: 'prices::find', payload: { sku: 'kettle' } })).toMatch(
      /^failed: invocation_failed: .*There is no price for kettle/,
    )
    expect(await use(client, 'call_function', {})).toBe('failed: `function_id` is missing')
    expect(await use(client, 'list', { kind: 'horses' })).toContain('must be one of functions, workers')
  },
)

test('over HTTP, the port of the console serves the same tools with its token', limit, async () => {
  const url = await served()
  const client = await overHttp(url)
  expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('call_function')
  expect(await use(client, 'read_state', { scope: 'prices', key: 'tea' })).toBe('4')
  const writing = await overHttp(await served({ 'allow-writes': true }))
  expect(await use(writing, 'call_function', { function_id: 'prices::find', payload: { sku: 'tea' } })).toBe('4')
})

test('over HTTP, requests without the token and requests of other pages are refused', limit, async () => {
  const url = await served()
  await expect(overHttp(url, { authorization: 'Bearer wrong' })).rejects.toThrow('token is missing or wrong')
  await expect(overHttp(url, { authorization: '' })).rejects.toThrow('token is missing or wrong')
  await expect(overHttp(url, { origin: 'http://evil.example' })).rejects.toThrow(/403|origin/)
  await expect(overHttp(url, { origin: 'http://localhost:5173' })).rejects.toThrow('another origin')
})

test('writes and a read-only console are not served together', () => {
  const origins = { allowedOrigins: [], allowedHosts: [] }
  expect(() => consoleArguments({ 'allow-writes': true, 'console-read-only': true }, origins)).toThrow(
    '--allow-writes and --console-read-only cannot be combined',
  )
})

/** Node options with which no package of the protocol is found, as in an installation without this optional peer. */
function withoutProtocol(): string {
  const hooks = `export const resolve = (name, context, next) => {
    if (!name.startsWith('@modelcontextprotocol/')) return next(name, context)
    throw Object.assign(new Error('Cannot find package ' + name), { code: 'ERR_MODULE_NOT_FOUND' })
  }`
  const asData = (code: string): string => `data:text/javascript,${encodeURIComponent(code).replaceAll("'", '%27')}`
  return `--import=${asData(`import { register } from 'node:module'; register(${JSON.stringify(asData(hooks))})`)}`
}

test('without the package of the protocol, both transports name what to install', limit, async () => {
  const env = { NODE_OPTIONS: withoutProtocol() }
  const reason = 'this needs the package @modelcontextprotocol/sdk, which is not installed: npm install'
  const stdio = runCli(['mcp', '--url', stage.engine.url], { env })
  expect(await stdio.exit()).toEqual({ code: 1, signal: null })
  expect(stdio.stderr).toContain(reason)

  const served = runCli(['console', '--url', stage.engine.url, '--console-port', '0'], { env })
  const [, address = '', token = ''] = await served.says(/console {2}(\S+)#token=(\S+)/)
  const answer = await fetch(`${address}mcp`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  expect(answer.status).toBe(501)
  expect(await answer.text()).toContain(reason)
  expect(await served.stop('SIGINT')).toEqual({ code: 0, signal: null })
})
