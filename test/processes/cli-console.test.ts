import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runCli } from '../kit/compiled-project.js'
import { cliEngine, FREE_PORTS } from '../kit/cli.js'
import type { Child } from '../kit/child.js'

const limit = { timeout: 30_000 }
const ADDRESS = /^ {2}console {2}(http:\/\/127\.0\.0\.1:\d+\/)#token=([\w-]{24,})$/m

async function isServed(child: Child): Promise<boolean> {
  const [, url = '', token = ''] = ADDRESS.exec(child.stdout) ?? []
  const page = await fetch(url)
  expect(await page.text()).toContain('<title>iii console</title>')
  // The token is not part of any request for a page.
  expect(token).not.toBe('')
  return page.ok
}

test('engine serves the console and prints its address, unless it is switched off', limit, async () => {
  const { child } = await cliEngine([...FREE_PORTS, '--console-port', '0'])
  expect(await isServed(child)).toBe(true)
  const { child: without } = await cliEngine([...FREE_PORTS, '--no-console'])
  expect(without.stdout).not.toContain('console')
})

test('console serves an engine in another process, and stops with 0', limit, async () => {
  const { url } = await cliEngine([...FREE_PORTS, '--no-console'])
  const child = runCli(['console', '--url', url, '--console-port', '0', '--console-read-only'])
  await child.says(/Press Ctrl-C to stop/)
  expect(await isServed(child)).toBe(true)
  expect(await child.stop('SIGINT')).toEqual({ code: 0, signal: null })
})

test('a port in use for --console-port is reported, and the engine does not stay', limit, async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const child = runCli(['engine', ...FREE_PORTS, '--console-port', String(port)])
  expect(await child.exit()).toEqual({ code: 1, signal: null })
  expect(child.stderr).toContain(`Port ${String(port)} on 127.0.0.1 is in use`)
})

test.each([
  [['engine', '--console-port', 'x'], '--console-port must be a port from 0 to 65535'],
  [['engine', '--no-console', '--console-port', '0'], '--console-port and --no-console cannot be combined'],
  [['console', '--url', 'http://127.0.0.1'], '--url must be a ws:// or wss:// address'],
  [['console', 'extra'], 'console takes no arguments'],
])('%j is refused with the reason', limit, async (args, reason) => {
  const child = runCli(args)
  expect(await child.exit()).toEqual({ code: 2, signal: null })
  expect(child.stderr).toContain(reason)
})
