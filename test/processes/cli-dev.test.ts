import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { run as runDev } from '../../src/cli/commands/serve/dev.js'
import { deferred } from '../../src/std/async/deferred.js'
import { runCommand } from '../kit/cli-terminal.js'
import { runCli } from '../kit/compiled-project.js'
import { FREE_PORTS } from '../kit/cli.js'
import { devProject as project, isAlive, startDev as started, versionAt, workerCode } from '../kit/dev-project.js'
import { sendHead, UPGRADE_HEADERS } from '../kit/http-client.js'

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

test('a change drains the old worker, then the new one takes over; Ctrl-C ends all', { timeout: 60_000 }, async () => {
  const { file, write } = await project(workerCode(1))
  const { child, httpUrl } = await started(file)
  await child.says(/version 1 is ready/)
  const first = await versionAt(httpUrl)
  expect(first.version).toBe(1)

  const slow = versionAt(httpUrl, 1_500)
  await child.says(/a request waits/)
  await write(workerCode(2))
  await child.says(/has changed; the worker drains/)
  expect(await slow).toEqual(first)
  await child.says(/version 2 is ready/)
  const second = await versionAt(httpUrl)
  expect(second.version).toBe(2)
  await expect.poll(() => isAlive(first.pid), { timeout: 10_000 }).toBe(false)

  expect(await child.stop('SIGINT')).toEqual({ code: 0, signal: null })
  expect(isAlive(second.pid)).toBe(false)
  await expect(fetch(`${httpUrl}/version`)).rejects.toThrow()
})

test('reports a worker that fails, and starts it again once its file is fixed', { timeout: 60_000 }, async () => {
  const { file, write } = await project('throw new Error("broken on purpose")')
  const { child, httpUrl } = await started(file)
  await child.says(/broken on purpose/)
  await child.says(/The worker ended with code 1; a change to its code starts it again/)
  await write(workerCode(3))
  await child.says(/version 3 is ready/)
  expect((await versionAt(httpUrl)).version).toBe(3)
  expect(await child.stop('SIGTERM')).toEqual({ code: 0, signal: null })
})

test(
  'a process that lives on after its worker has left does not hold up the restart',
  { timeout: 60_000 },
  async () => {
    const { file, write } = await project(workerCode(1, 'setInterval(() => undefined, 1000)'))
    const { child, httpUrl } = await started(file)
    await child.says(/version 1 is ready/)
    const { pid } = await versionAt(httpUrl)
    const changedAt = performance.now()
    await write(workerCode(2))
    await child.says(/version 2 is ready/)
    expect(performance.now() - changedAt).toBeLessThan(9_000)
    expect(isAlive(pid)).toBe(false)
    await child.stop()
  },
)

test('JavaScript runs too, with the arguments after --', { timeout: 60_000 }, async () => {
  const { file } = await project('console.log("args", process.argv.slice(2).join())', 'worker.mjs')
  const child = runCli(['dev', file, '--port=0', '--http-port=0', '--stream-port=0', '--', 'one', '--help'])
  await child.says(/args one,--help/)
  expect(await child.stop()).toEqual({ code: 0, signal: null })
})

test('a page of another origin is refused with a warning, unless it is listed', { timeout: 60_000 }, async () => {
  const { file } = await project(workerCode(1))
  const trust = ['--allow-origin', 'https://app.example']
  const child = runCli(['dev', file, '--port', '0', '--http-port', '0', '--stream-port', '0', ...trust])
  const [, url = ''] = await child.says(/workers +(\S+)/)
  const port = Number(new URL(url).port)
  const from = async (origin: string) =>
    (await sendHead({ port }, ['Host: localhost', `Origin: ${origin}`, ...UPGRADE_HEADERS])).status
  expect(await from('https://app.example')).toBe(101)
  expect(await from('https://evil.example')).toBe(403)
  await child.says(/"level":"warn".*https:\/\/evil\.example/)
  expect(await child.stop()).toEqual({ code: 0, signal: null })
})

test('invalid arguments are reported with exit code 2', async () => {
  const { folder, file } = await project('')
  const bad: [string[], RegExp][] = [
    [['dev'], /dev needs the file of a worker/],
    [['dev', join(folder, 'missing.ts')], /there is no file .*missing\.ts/],
    [['dev', folder], /is not a file/],
    [['dev', file, 'second.ts'], /there is no file .*second\.ts/],
    [['dev', file, '--watch', join(folder, 'nowhere')], /there is no folder/],
    [['dev', file, '--data', ''], /--data must be a folder/],
    [['dev', file, '--port', 'x'], /--port must be a port/],
    [['dev', root('README.md')], /README\.md is not a worker/],
    [['dev', file, '--config', 'a.yaml', '--host', '::1'], /--host and --config cannot be combined/],
    [['dev', file, '--log-format', 'xml'], /--log-format must be text, json/],
  ]
  for (const [args, text] of bad) {
    const { code, stderr } = await runCommand(args)
    expect(code, args.join(' ')).toBe(2)
    expect(stderr).toMatch(text)
  }
})

test('a port in use is reported, and nothing is started', { timeout: 30_000 }, async () => {
  const { file } = await project(workerCode(1))
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const child = runCli(['dev', file, '--port', String(port), '--http-port', '0', '--stream-port', '0'])
  expect((await child.exit()).code).toBe(1)
  expect(child.stderr).toMatch(new RegExp(`Port ${String(port)} .*in use.* --port changes it`))
  expect(child.output).not.toMatch(/ready/)
})

const failing = workerCode(
  1,
  `worker.registerFunction('fails', () => {
  throw new RangeError('no stock')
})
worker.registerFunction('logs', (_data, _metadata, { logger }) => logger.warn('low stock', { left: 1, password: 'hunter2' }))
await worker.ready()
await worker.trigger({ function_id: 'fails', payload: {} }).catch(() => undefined)
worker.trigger({ function_id: 'nowhere', payload: {}, action: TriggerAction.Void() })
await worker.trigger({ function_id: 'logs', payload: {} })`,
).replace('otel: { enabled: false }, ', '')

test('failures and log lines are shown as JSON where no person reads them', { timeout: 60_000 }, async () => {
  const { file } = await project(failing)
  const { child } = await started(file)
  await child.says(/low stock/)
  await child.stop()
  const records = child.stderr.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as object]))
  const stacktrace = expect.stringMatching(/RangeError: no stock\n +at .*worker\.mts:\d+/) as unknown
  expect(records).toContainEqual(
    expect.objectContaining({
      level: 'error',
      kind: 'invocation_failed',
      functionId: 'fails',
      error: { code: 'invocation_failed', message: 'no stock', stacktrace },
    }),
  )
  expect(records).toContainEqual(expect.objectContaining({ functionId: 'nowhere', isVoid: true }))
  expect(records).toContainEqual(expect.objectContaining({ kind: 'worker_log', level: 'warn', message: 'low stock' }))
  expect(child.output).not.toContain('hunter2')
})

test('failures are shown as text on request, with the line of the source', { timeout: 60_000 }, async () => {
  const { file } = await project(failing)
  const { child } = await started(file, [...FREE_PORTS, '--log-format', 'text', '--log-level', 'warn'])
  const line = failing.split('\n').findIndex((text) => text.includes('no stock')) + 1
  await child.says(new RegExp(`ERROR \`fails\` failed at worker .*: no stock\n +at .*worker\\.mts:${String(line)}:`))
  await child.says(/WARN {2}\[logs\] low stock \{"data":\{"left":1,"password":"\[redacted\]"\}\}/)
  expect(child.stderr).not.toContain('The worker starts')
  await child.stop()
})

const CONFIG = `workers:
  - name: iii-worker-manager
    config: { host: 127.0.0.1, port: 0 }
  - name: iii-http
    config: { host: 127.0.0.1, port: 0 }
`

test('iii.config.yaml beside the worker is used, and missing settings are printed', { timeout: 60_000 }, async () => {
  const { file, add } = await project(workerCode(1))
  await add('iii.config.yaml', CONFIG)
  const { child, httpUrl } = await started(file, [])
  await child.says(
    /Not served, because .*iii\.config\.yaml.*: iii-stream, iii-state, iii-cron, iii-pubsub, iii-queue\n/,
  )
  await child.says(/version 1 is ready/)
  expect((await versionAt(httpUrl)).version).toBe(1)
  await child.stop()
  const refused = runCli(['dev', file, '--port', '0'])
  expect((await refused.exit()).code).toBe(2)
  expect(refused.stderr).toMatch(
    /--port and .*iii\.config\.yaml, which was found beside the worker, cannot be combined/,
  )
})

test('--config names another file', { timeout: 60_000 }, async () => {
  const { file, folder, add } = await project(workerCode(1))
  await add('other.yaml', CONFIG)
  const { child } = await started(file, ['--config', join(folder, 'other.yaml')])
  await child.says(/Not served, because .*other\.yaml/)
  await child.says(/version 1 is ready/)
  await child.stop()
})

test(
  'variables come from --env-file, read again at each start; those of the environment win',
  { timeout: 60_000 },
  async () => {
    const { file, folder, add, write } = await project('console.log("sees", process.env.A, process.env.B)')
    await add('.env', 'A=file\nB=file')
    const options = { env: { B: 'environment' } }
    const { child } = await started(file, [...FREE_PORTS, '--env-file', join(folder, '.env')], options)
    await child.says(/sees file environment/)
    await add('.env', 'A=again')
    await write('console.log("sees now", process.env.A)')
    await child.says(/sees now again/)
    await child.stop()
  },
)

test('a missing file of variables is reported', { timeout: 30_000 }, async () => {
  const { file } = await project('')
  const child = runCli(['dev', file, '--env-file', 'none.env'])
  // Node 20 looks at options with this name wherever they are, and ends with 9 before the command runs.
  expect([2, 9]).toContain((await child.exit()).code)
  expect(child.stderr).toMatch(/none\.env/)
})

test('--inspect lets a debugger attach to the worker', { timeout: 60_000 }, async () => {
  const { file } = await project(workerCode(1))
  const { child } = await started(file, [...FREE_PORTS, '--inspect=0'])
  await child.says(/Debugger listening on ws:\/\/127\.0\.0\.1:\d+/)
  await child.says(/version 1 is ready/)
  await child.stop()
})

test('--host names where the engine listens', { timeout: 60_000 }, async () => {
  const { file } = await project(workerCode(1))
  const { child, httpUrl } = await started(file, [...FREE_PORTS, '--host', 'localhost'])
  expect(new URL(httpUrl).hostname).toBe('localhost')
  await child.says(/workers +ws:\/\/localhost:/)
  await child.says(/version 1 is ready/)
  expect((await versionAt(httpUrl)).version).toBe(1)
  await child.stop()
})

test.each([
  [['--clear'], 1],
  [[], 0],
])('a restart with %j clears the terminal %i times', { timeout: 60_000 }, async (options, times) => {
  const { file, write } = await project('')
  const interrupted = deferred<void>()
  const clear = vi.fn()
  const lines: string[] = []
  const ended = runDev([file, ...FREE_PORTS, ...options], {
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
    clear,
    stdin: process.stdin,
    isTty: false,
    isColoured: false,
    screen: undefined,
    interrupted: () => interrupted.promise,
  })
  await vi.waitFor(() => expect(lines.join()).toContain('The worker ended with code 0'), 20_000)
  const ending = lines.find((line) => line.includes('The worker ended')) ?? ''
  expect(JSON.parse(ending)).toMatchObject({ level: 'info' })
  expect(clear).not.toHaveBeenCalled()
  await write('// again')
  await vi.waitFor(() => expect(lines.join()).toMatch(/has changed.*The worker starts.*The worker ended/), 20_000)
  expect(clear).toHaveBeenCalledTimes(times)
  interrupted.resolve()
  expect(await ended).toBe(0)
})

test('a change of an ignored file restarts nothing', { timeout: 60_000 }, async () => {
  const { file, add } = await project(workerCode(1))
  await add('generated/types.ts', '')
  const { child } = await started(file, [...FREE_PORTS, '--ignore', 'generated/*'])
  await child.says(/version 1 is ready/)
  await add('generated/types.ts', 'export type A = 1')
  // eslint-disable-next-line local/real-time -- the watch must not report the file within its quiet time
  await delay(500)
  await add('other.ts', '')
  await child.says(/other\.ts has changed/)
  expect(child.output).not.toContain('types.ts')
  await child.stop()
})

test(
  'top-level await in CommonJS is reported with its remedy, without a stack of the compiler',
  { timeout: 60_000 },
  async () => {
    const { file, folder, add } = await project(workerCode(1), 'worker.ts')
    await add('package.json', '{ "name": "shop" }')
    const { child } = await started(file)
    await child.says(/worker\.ts uses `await` outside of a function, which needs an ES module/)
    expect(child.output).toContain(`to ${join(folder, 'package.json')}, or rename the file to worker.mts`)
    expect(child.output).not.toMatch(/Transform failed|esbuild/)
    await add('package.json', '{ "name": "shop", "type": "module" }')
    await child.says(/version 1 is ready/)
    await child.stop()
  },
)

test('a change that does not build shows the code and keeps the old worker serving', { timeout: 60_000 }, async () => {
  const { file, write } = await project(workerCode(1))
  const { child, httpUrl } = await started(file, [...FREE_PORTS, '--log-format', 'text'])
  await child.says(/traces +iii-node traces <id>/)
  expect(child.stdout).toMatch(/routes +GET +http:\S+\/version → version\n +functions version\n/)
  await write(`const broken = ;\n${workerCode(2)}`)
  await child.says(/does not build; the old worker keeps serving\n[^]*1 │ const broken = ;/)
  expect((await versionAt(httpUrl)).version).toBe(1)
  await child.says(/INFO +GET \/version 200 in [\d.]+ m?s → version trace [0-9a-f]{12}\n/)
  await write(workerCode(3))
  await child.says(/version 3 is ready/)
  expect((await versionAt(httpUrl)).version).toBe(3)
  await child.stop()
})

test(
  'of several workers, those restart that include the changed file, and all for a file of no build',
  { timeout: 60_000 },
  async () => {
    const { file, write, add, folder } = await project(workerCode(1, `import './shared.mjs'`))
    const other = (version: number) =>
      workerCode(version, `import './shared.mjs'`).replaceAll("'version'", "'other'").replace('/version', '/other')
    await add('shared.mjs', 'console.log("shared 1")')
    await add('other.mts', other(7))
    const { child, httpUrl } = await started(file, [join(folder, 'other.mts'), ...FREE_PORTS])
    await child.says(/functions other, version/)
    const pids = async () => {
      const answer = await fetch(`${httpUrl}/other`)
      return [(await versionAt(httpUrl)).pid, ((await answer.json()) as { pid: number }).pid] as const
    }
    const before = await pids()
    await write(workerCode(2, `import './shared.mjs'`))
    await child.says(/version 2 is ready/)
    const after = await pids()
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true])
    // Files that are saved at once are all considered.
    await Promise.all([add('other.mts', other(8)), write(workerCode(3, `import './shared.mjs'`))])
    await child.says(/version 3 is ready/)
    await child.says(/version 8 is ready/)
    const changed = /shared\.mjs has changed[^]*shared\.mjs has changed/
    await add('shared.mjs', 'console.log("shared 2")')
    await child.says(changed)
    await child.says(/shared 2[^]*shared 2/)
    await add('unused.mjs', '')
    await child.says(/unused\.mjs has changed[^]*unused\.mjs has changed/)
    expect(child.output.match(/other\.mts has changed/g)).toHaveLength(1)
    await child.stop()
  },
)
