import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { InvocationError } from '../../src/index.js'
import { runCli, type ChildOptions } from '../kit/child.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { testEngine } from '../kit/test-engine.js'

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

test('a call that fails says why and exits with 1', limit, async () => {
  const { call } = await served()
  const failures = await Promise.all([
    call(['missing']),
    call(['fails']),
    call(['hangs', '--timeout', '200']),
    call(['echo', '--url', 'ws://127.0.0.1:1']),
    call(['echo', '--url', 'nowhere']),
  ])
  expect(failures.map(({ code, stdout }) => [code, stdout])).toEqual(failures.map(() => [1, '']))
  expect(failures.map(({ stderr }) => stderr)).toEqual([
    expect.stringMatching(/^iii-node call: function_not_found: .*missing/),
    expect.stringMatching(/^iii-node call: OUT_OF_TEA: there is no tea left\n$/),
    expect.stringMatching(/^iii-node call: TIMEOUT: /),
    expect.stringMatching(/ECONNREFUSED/),
    expect.stringMatching(/engine address must be a URL/),
  ])
})

test('calling loads neither the local engine nor telemetry', limit, async () => {
  const { call, engine } = await served()
  const folder = await temporaryFolder()
  expect((await call(['nothing'], { env: { III_URL: engine.url, NODE_V8_COVERAGE: folder } })).code).toBe(0)
  const reports = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
  const loaded = reports.join()
  expect(loaded).toContain('/src/cli/call-command.ts')
  expect(loaded).not.toMatch(/\/src\/engine\/|node_modules\/(pino|yaml|@opentelemetry\/sdk-trace)\//)
})
