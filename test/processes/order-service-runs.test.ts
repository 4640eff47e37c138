import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { runScript } from '../kit/child.js'
import { FREE_PORTS } from '../kit/cli.js'

const run = promisify(execFile)

/** Command lines of live processes that carry a mark in their environment. */
function processesWith(mark: string): string[] {
  if (!existsSync('/proc/self/environ')) return []
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const isOurs = /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)
      return isOurs ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : []
    } catch {
      return []
    }
  })
}

/** The request a printed curl line stands for. */
function requestOf(line: string): { url: string; init: RequestInit } {
  const [, method = '', url = '', name = '', value = '', body = ''] =
    /^curl -X (\w+) (\S+) -H '([^:]+): ([^']+)' -d '([^']+)'$/.exec(line) ?? []
  return { url, init: { method, headers: { [name]: value }, body } }
}

test('`npm start` runs the same file as this test', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  expect(scripts['start']).toBe('tsx examples/order-service/main.ts')
})

test('the service accepts the order it prints, answers, and leaves nothing open', { timeout: 60_000 }, async () => {
  const mark = `mark-${randomUUID()}`
  const service = runScript('examples/order-service/main.ts', FREE_PORTS, { env: { III_TEST_MARK: mark } })
  const [line] = await service.says(/curl -X .*/)
  const { url, init } = requestOf(line)
  const post = (body: string, type = 'application/json') =>
    fetch(url, { ...init, headers: { 'content-type': type }, body })

  const created = await fetch(url, init)
  expect(created.status).toBe(201)
  const order = (await created.json()) as { id: string; sku: string; quantity: number; total: number }
  expect(order).toEqual({ id: '1', sku: 'kettle', quantity: 2, total: 120 })
  await service.says(/large order 1: 2 × kettle, total 120/)

  const readBack = await fetch(`${url}/1`)
  expect([readBack.status, await readBack.json()]).toEqual([200, order])
  expect(await answer(post('{"sku":"kettle"}'))).toEqual([400, { error: expect.any(String) as string }])
  expect(await answer(post('[]'))).toEqual([400, { error: expect.any(String) as string }])
  expect((await post('{"sku":')).status).toBe(400)
  expect(await answer(fetch(`${url}/2`))).toEqual([404, { error: expect.any(String) as string }])
  expect(await answer(post('{"sku":"kettle","quantity":1000}'))).toEqual([
    409,
    { error: expect.stringContaining('kettle') as string },
  ])
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(405)

  // Below the trigger's minimum: no line is printed.
  expect((await post('{"sku":"tea","quantity":1}')).status).toBe(201)
  expect(service.stdout.match(/large order/g)).toHaveLength(1)

  expect(processesWith(mark).length).toBeGreaterThanOrEqual(existsSync('/proc/self/environ') ? 1 : 0)
  expect(await service.stop('SIGINT')).toEqual({ code: 0, signal: null })
  // The one failure that was provoked, and no other.
  expect(service.stderr.trim().split('\n')).toEqual([expect.stringMatching(/^inventory::reserve failed: .*kettle/)])
  expect(processesWith(mark)).toEqual([])
  await expect(fetch(url)).rejects.toThrow()
})

test('the printed line works in a shell', { timeout: 60_000 }, async () => {
  const service = runScript('examples/order-service/main.ts', FREE_PORTS)
  const [line] = await service.says(/curl -X .*/)
  const hasCurl = await run('curl', ['--version']).then(
    () => true,
    () => false,
  )
  const { stdout } = hasCurl
    ? await run('sh', ['-c', line])
    : { stdout: await (await fetch(requestOf(line).url, requestOf(line).init)).text() }
  expect(JSON.parse(stdout)).toMatchObject({ id: '1', sku: 'kettle' })
  expect(await service.stop('SIGTERM')).toEqual({ code: 0, signal: null })
})

test('a service that cannot start prints the reason and exits with 1', { timeout: 30_000 }, async () => {
  const service = runScript('examples/order-service/main.ts', ['--port', 'none'])
  expect(await service.exit()).toEqual({ code: 1, signal: null })
  expect(service.stderr).toMatch(/port must be a port from 0 to 65535/)
})

async function answer(response: Promise<Response>): Promise<[number, unknown]> {
  const { status, json } = await response.then((given) => ({
    status: given.status,
    json: given.json(),
  }))
  return [status, await json]
}

test('`npm start -- --help` prints the options and starts nothing', { timeout: 30_000 }, async () => {
  const child = runScript('examples/order-service/main.ts', ['--help'])
  expect(await child.exit()).toEqual({ code: 0, signal: null })
  expect(child.stdout).toMatch(/^npm start -- \[options\]/)
  expect(child.stderr).toBe('')
})
