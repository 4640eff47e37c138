import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { InvocationError } from '../../src/index.js'
import type { ChildOptions } from '../kit/child.js'
import { authority } from '../kit/certificates.js'
import { runCommand } from '../kit/cli-terminal.js'
import { connectProxy, tlsFront } from '../kit/fronts.js'
import { runCli } from '../kit/compiled-project.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { testEngine } from '../kit/local-rig.js'

const limit = { timeout: 30_000 }

async function served() {
  const engine = await testEngine()
  const worker = engine.connect()
  worker.registerFunction('echo', ({ _caller_worker_id: _, ...data }: Record<string, unknown>) => data)
  worker.registerFunction('nothing', () => undefined)
  worker.registerFunction('hangs', () => new Promise(() => undefined))
  worker.registerFunction('fails', () => {
    throw new InvocationError({ code: 'OUT_OF_TEA', message: 'there is no tea left' })
  })
  const billing = engine.connect({ namespace: 'billing' })
  billing.registerFunction('where', () => 'billing')
  await Promise.all([worker.ready(), billing.ready()])
  const call = async (args: readonly string[], options: ChildOptions = {}) => {
    const child = runCli(['call', ...args], { env: { III_URL: engine.url }, ...options })
    const { code } = await child.exit()
    return { code, stdout: child.stdout, stderr: child.stderr }
  }
  return { engine, call }
}

test('the result is printed as JSON', limit, async () => {
  const { call } = await served()
  const { code, stdout, stderr } = await call(['echo', '{"a":[1,2]}'])
  expect([code, JSON.parse(stdout), stderr]).toEqual([0, { a: [1, 2] }, ''])
  expect(await call(['nothing'])).toEqual({ code: 0, stdout: 'null\n', stderr: '' })
})

test('the payload may come from stdin, the address and the namespace from options', limit, async () => {
  const { engine, call } = await served()
  expect((await call(['echo', '-'], { input: '{"from":"stdin"}' })).stdout).toContain('"stdin"')
  const options = ['--url', engine.url, '--namespace', 'billing']
  expect(await call(['where', ...options], { env: { III_URL: 'ws://127.0.0.1:1' } })).toMatchObject({
    code: 0,
    stdout: '"billing"\n',
  })
})

test('a failed call prints the reason and exits with its code', limit, async () => {
  const { call } = await served()
  const failures = await Promise.all([
    call(['missing']),
    call(['fails']),
    call(['hangs', '--timeout', '200']),
    call(['echo', '--url', 'ws://127.0.0.1:1']),
    call(['echo', '--url', 'nowhere']),
  ])
  expect(failures.map(({ stdout }) => stdout)).toEqual(failures.map(() => ''))
  expect(failures.map(({ code }) => code)).toEqual([4, 1, 1, 3, 1])
  expect(failures.map(({ stderr }) => stderr)).toEqual([
    expect.stringMatching(/^iii-node call: function_not_found: .*missing/),
    expect.stringMatching(/^iii-node call: OUT_OF_TEA: there is no tea left\n$/),
    expect.stringMatching(/^iii-node call: TIMEOUT: /),
    expect.stringMatching(/ECONNREFUSED/),
    expect.stringMatching(/engine address must be a URL/),
  ])
})

test('a token and headers are sent to a guarded engine; a denial names what to check', limit, async () => {
  const engine = await testEngine({ rbac: { auth_function_id: 'auth', expose_functions: ['match("*")'] } })
  const worker = engine.connect()
  const seen: Record<string, string>[] = []
  worker.registerFunction('auth', ({ headers }: { headers: Record<string, string> }) => {
    seen.push(headers)
    if (headers['authorization'] !== 'Bearer right') throw new Error('the token is unknown')
    return {}
  })
  worker.registerFunction('hello', () => 'hello')
  await worker.ready()
  const call = async (...args: readonly string[]) => {
    const child = runCli(['call', 'hello', '--url', engine.guardedUrl!, ...args])
    const { code } = await child.exit()
    return { code, stdout: child.stdout, stderr: child.stderr }
  }
  const header = ['--header', 'x-tenant: a: b']
  expect(await call('--token', 'right', ...header)).toEqual({ code: 0, stdout: '"hello"\n', stderr: '' })
  expect(seen[0]).toMatchObject({ 'x-tenant': 'a: b' })
  const denied = await call('--token', 'wrong')
  expect(denied).toMatchObject({ code: 3, stdout: '' })
  expect(denied.stderr).toMatch(
    /^iii-node call: The engine at ws:\S+ denied access: .*the token is unknown.*\. Check the token/,
  )
  expect(denied.stderr).not.toContain('wrong')
  expect(await call('--header', 'nonsense')).toMatchObject({ code: 2 })
})

test('no control character of a result reaches the terminal, and the JSON stays the same', limit, async () => {
  const { call } = await served()
  const text = 'a\u001b[2J\u009b\u202e'
  const { stdout } = await call(['echo', JSON.stringify({ text })])
  // eslint-disable-next-line no-control-regex -- these must not be there
  expect(stdout).not.toMatch(/[\u001b\u009b\u202e]/)
  expect(JSON.parse(stdout)).toEqual({ text })
})

/** The files that a bundle was made of, which esbuild writes into it. */
const sourcesOf = (code: string): string[] => [...code.matchAll(/^\/\/ (src\/\S+)$/gm)].map(([, file = '']) => file)

test('calling loads neither the local engine nor telemetry', limit, async () => {
  const { call, engine } = await served()
  const folder = await temporaryFolder()
  expect((await call(['nothing'], { env: { III_URL: engine.url, NODE_V8_COVERAGE: folder } })).code).toBe(0)
  const reports = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
  const loaded = [...reports.join().matchAll(/"url":"(file:[^"]+)"/g)].map(([, url = '']) => fileURLToPath(url))
  expect(loaded.filter((file) => /node_modules\/(pino|yaml|@opentelemetry\/sdk-trace)\//.test(file))).toEqual([])
  const bundles = loaded.filter((file) => !file.includes('node_modules'))
  const sources = (await Promise.all(bundles.map((file) => readFile(file, 'utf8')))).flatMap((code) => sourcesOf(code))
  expect(sources).toContain('src/cli/commands/ask/call.ts')
  expect(sources.filter((file) => file.startsWith('src/engine/'))).toEqual([])
})

test('an engine behind TLS is reached with --ca, and the message names what is wrong without it', limit, async () => {
  const { engine, call } = await served()
  const root = await authority()
  const front = await tlsFront(Number(new URL(engine.url).port), await root.issue(['127.0.0.1']))
  const file = join(await temporaryFolder(), 'ca.pem')
  await writeFile(file, root.ca)
  const url = ['--url', `wss://127.0.0.1:${String(front.port)}`]
  expect(await call(['echo', 'a=1', ...url, '--ca', file])).toMatchObject({ code: 0, stderr: '' })
  const refused = await call(['echo', 'a=1', ...url])
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('authority that is not trusted') as string })
  const missing = await call(['echo', 'a=1', ...url, '--ca', `${file}.none`])
  expect(missing.code).not.toBe(0)
  expect(missing.stderr).toContain('of tls.ca cannot be read (ENOENT)')
})

test(
  'an engine that asks for a client certificate is reached with --cert and --key, through --proxy',
  limit,
  async () => {
    const { engine } = await served()
    const root = await authority()
    const server = { ...(await root.issue(['127.0.0.1'])), ca: root.ca, requestCert: true, rejectUnauthorized: true }
    const front = await tlsFront(Number(new URL(engine.url).port), server)
    const folder = await temporaryFolder()
    const file = (name: string): string => join(folder, `${name}.pem`)
    const own = { ...(await root.issue(['operator'])), ca: root.ca }
    for (const [name, text] of Object.entries(own)) await writeFile(file(name), text)
    const address = `wss://127.0.0.1:${String(front.port)}`
    const call = (...options: readonly string[]) =>
      runCommand(['call', 'echo', 'a=1', '--url', address, '--ca', file('ca'), ...options])
    const pair = ['--cert', file('cert'), '--key', file('key')]
    expect(await call(...pair)).toMatchObject({ code: 0, stdout: expect.stringContaining('"a": "1"') as string })

    const proxy = await connectProxy()
    const through = ['--proxy', `http://127.0.0.1:${String(proxy.port)}`]
    expect(await call(...pair, ...through)).toMatchObject({ code: 0, stderr: '' })
    expect(proxy.requests.map(({ target }) => target)).toEqual([new URL(address).host])

    const refusing = await connectProxy(403)
    const denied = ['--proxy', `http://127.0.0.1:${String(refusing.port)}`]
    const cases: [options: string[], code: number, text: RegExp][] = [
      [[], 3, /certificate of (?:this|the) client/],
      [pair.slice(0, 2), 1, /tls\.cert and tls\.key must be given together/],
      [[...pair, ...denied], 3, /The proxy .* refused to connect .* HTTP 403/],
      [[...pair, '--proxy', 'socks5://127.0.0.1'], 1, /proxy must be the http:/],
    ]
    for (const [options, code, text] of cases)
      expect([options, await call(...options)]).toMatchObject([
        options,
        { code, stderr: expect.stringMatching(text) as string },
      ])
  },
)
