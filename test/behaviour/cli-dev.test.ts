import { symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { runCli, type Child } from '../kit/child.js'
import { sendHead, UPGRADE_HEADERS } from '../kit/http-client.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const workerCode = (version: number, extra = ''): string => `
import { registerWorker } from '${root('src/index.ts')}'
const worker = registerWorker(undefined, { otel: { enabled: false }, diagnostics: 'silent' })
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
worker.registerFunction('version', async ({ query_params }) => {
  await wait(Number(query_params.wait ?? 0))
  return { status_code: 200, body: { version: ${String(version)}, pid: process.pid } }
})
worker.registerTrigger({ type: 'http', function_id: 'version', config: { api_path: '/version' } })
await worker.ready()
console.log('version ${String(version)} is ready')
${extra}`

async function project(code: string, name = 'worker.mts') {
  const folder = await temporaryFolder()
  await symlink(root('node_modules'), join(folder, 'node_modules'))
  const file = join(folder, name)
  await writeFile(file, code)
  return { folder, file, write: (text: string) => writeFile(file, text) }
}

async function started(file: string): Promise<{ child: Child; httpUrl: string }> {
  const child = runCli(['dev', file, '--port', '0', '--http-port', '0', '--stream-port', '0'])
  const [, httpUrl = ''] = await child.says(/http +(\S+)/)
  return { child, httpUrl }
}

interface Answer {
  readonly version: number
  readonly pid: number
}

async function versionAt(httpUrl: string, wait = 0): Promise<Answer> {
  const answer = await fetch(`${httpUrl}/version?wait=${String(wait)}`)
  if (!answer.ok) throw new Error(`HTTP ${String(answer.status)}: ${await answer.text()}`)
  return (await answer.json()) as Answer
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a change drains the old worker, then the new one takes over; Ctrl-C ends all', { timeout: 60_000 }, async () => {
  const { file, write } = await project(workerCode(1))
  const { child, httpUrl } = await started(file)
  await child.says(/version 1 is ready/)
  const first = await versionAt(httpUrl)
  expect(first.version).toBe(1)

  const slow = versionAt(httpUrl, 1_500)
  await delay(300)
  await write(workerCode(2))
  await child.says(/has changed; the worker drains/)
  expect(await slow).toEqual(first)
  await child.says(/version 2 is ready/)
  const second = await versionAt(httpUrl)
  expect(second.version).toBe(2)
  expect(isAlive(first.pid)).toBe(false)

  expect(await child.stop('SIGINT')).toEqual({ code: 0, signal: null })
  expect(isAlive(second.pid)).toBe(false)
  await expect(fetch(`${httpUrl}/version`)).rejects.toThrow()
})

test('a worker that fails is told and starts again once it is mended', { timeout: 60_000 }, async () => {
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

test('misuse is told with exit code 2', { timeout: 60_000 }, async () => {
  const { folder, file } = await project('')
  const bad: [string[], RegExp][] = [
    [['dev'], /dev needs the file of a worker/],
    [['dev', join(folder, 'missing.ts')], /there is no file .*missing\.ts/],
    [['dev', folder], /is no file/],
    [['dev', file, 'second.ts'], /dev runs one file/],
    [['dev', file, '--watch', join(folder, 'nowhere')], /there is no folder/],
    [['dev', file, '--data', ''], /--data must be a folder/],
    [['dev', file, '--port', 'x'], /--port must be a port/],
    [['dev', root('README.md')], /README\.md is no worker/],
  ]
  for (const [args, text] of bad) {
    const child = runCli(args)
    expect((await child.exit()).code, args.join(' ')).toBe(2)
    expect(child.stderr).toMatch(text)
  }
})

test('a taken port is told and nothing is started', { timeout: 30_000 }, async () => {
  const { file } = await project(workerCode(1))
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const child = runCli(['dev', file, '--port', String(port), '--http-port', '0', '--stream-port', '0'])
  expect((await child.exit()).code).toBe(1)
  expect(child.stderr).toMatch(new RegExp(`Port ${String(port)} .*in use`))
  expect(child.output).not.toMatch(/ready/)
})
