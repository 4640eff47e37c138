import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { runCli } from '../kit/compiled-project.js'
import { cliEngine, FREE_PORTS } from '../kit/cli.js'
import { sendHead, UPGRADE_HEADERS } from '../kit/http-client.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

const limit = { timeout: 30_000 }

async function configFile(text: string): Promise<string> {
  const file = join(await temporaryFolder(), 'engine.yaml')
  await writeFile(file, text)
  return file
}

async function takenPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops a running engine, with a worker on it, with 0',
  limit,
  async (signal) => {
    const { child, url, httpUrl } = await cliEngine()
    const worker = registerWorker(url, { otel: { enabled: false }, diagnostics: 'silent' })
    onTestFinished(() => worker.shutdown())
    worker.registerFunction('hello', () => ({ status_code: 200, body: 'hello' }))
    worker.registerTrigger({ type: 'http', function_id: 'hello', config: { api_path: '/hello' } })
    await worker.ready()
    expect(await (await fetch(`${httpUrl}/hello`)).json()).toBe('hello')
    const stoppedAt = performance.now()
    expect(await child.stop(signal)).toEqual({ code: 0, signal: null })
    expect(performance.now() - stoppedAt).toBeLessThan(5_000)
    expect(child.stderr).toBe('')
  },
)

test.each([['--port'], ['--http-port'], ['--stream-port']])(
  'a port in use for %s is reported, and nothing stays open',
  limit,
  async (option) => {
    const port = await takenPort()
    const others = ['--port', '--http-port', '--stream-port'].filter((name) => name !== option)
    const child = runCli(['engine', option, String(port), ...others.flatMap((name) => [name, '0'])])
    expect(await child.exit()).toEqual({ code: 1, signal: null })
    expect(child.stderr).toMatch(
      new RegExp(`^iii-node engine: Port ${String(port)} on 127\\.0\\.0\\.1 is in use.* ${option} changes it\\.`),
    )
  },
)

test('a configuration file sets addresses and settings', limit, async () => {
  const file = await configFile(`
workers:
  - name: iii-worker-manager
    config: { host: 127.0.0.1, port: 0 }
  - name: iii-http
    config: { host: 127.0.0.1, port: 0 }
  - name: iii-state
`)
  const { child, url, httpUrl } = await cliEngine(['--config', file])
  expect([url, httpUrl]).toEqual([expect.stringMatching(/^ws:/), expect.stringMatching(/^http:/)])
  expect(await child.stop()).toEqual({ code: 0, signal: null })
})

test.each([
  ['unknown names', 'workers:\n  - name: iii-teleport\n', /engine\.yaml:2: .*iii-teleport/],
  ['unknown keys', 'workers:\n  - name: iii-http\n    config:\n      prot: 1\n', /engine\.yaml:4: .*prot/],
  ['broken YAML', 'workers: [\n', /engine\.yaml:\d+: /],
  ['variables that are not set', 'workers:\n  - name: ${NOT_SET_ANYWHERE}\n', /NOT_SET_ANYWHERE/],
])('a file with %s is refused at its line', limit, async (_, text, reason) => {
  const child = runCli(['engine', '--config', await configFile(text)])
  expect(await child.exit()).toEqual({ code: 1, signal: null })
  expect(child.stderr).toMatch(reason)
  expect(child.stdout).toBe('')
})

test('a missing configuration file is reported', limit, async () => {
  const child = runCli(['engine', '--config', join(await temporaryFolder(), 'none.yaml')])
  expect(await child.exit()).toEqual({ code: 1, signal: null })
  expect(child.stderr).toMatch(/^iii-node engine: The configuration .*none\.yaml cannot be read: ENOENT/)
})

test('pages and hosts are trusted by the command line, or below `local` in a file', limit, async () => {
  const local = '{ allowed_origins: ["https://b.example"], allowed_hosts: [b.example] }'
  const file = await configFile(`
workers:
  - name: iii-worker-manager
    config: { host: 127.0.0.1, port: 0 }
    local: ${local}
`)
  const trust = ['a', 'b'].flatMap((name) => [
    '--allow-origin',
    `https://${name}.example`,
    '--allow-host',
    `${name}.example`,
  ])
  for (const args of [
    [...FREE_PORTS, ...trust],
    ['--config', file],
  ]) {
    const { child, url } = await cliEngine(args)
    const port = Number(new URL(url).port)
    const status = async (host: string, origin: string) =>
      (await sendHead({ port }, [`Host: ${host}`, `Origin: ${origin}`, ...UPGRADE_HEADERS])).status
    expect(await status('127.0.0.1', 'https://b.example')).toBe(101)
    expect(await status('b.example', 'http://b.example:5173')).toBe(101)
    expect(await status('127.0.0.1', 'https://c.example')).toBe(403)
    expect(await child.stop()).toEqual({ code: 0, signal: null })
    expect(child.stderr).toMatch(/"reason":"The origin of this page, .*c\.example/)
  }
})

test.each([
  ['engine', '--allow-origin', '*', 'one of origins such as'],
  ['engine', '--allow-origin', 'app.example', 'one of origins such as'],
  ['dev', '--allow-origin', 'https://app.example/path', 'one of origins such as'],
  ['dev', '--allow-host', 'app.example:80', 'one of host names such as'],
])('%s %s %s is refused with what is accepted', limit, async (command, option, value, accepted) => {
  const child = runCli([command, ...(command === 'dev' ? [fileURLToPath(import.meta.url)] : []), option, value])
  expect(await child.exit()).toEqual({ code: 2, signal: null })
  expect(child.stderr).toContain(`${option} must be ${accepted}`)
})
