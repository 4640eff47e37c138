/**
 * The dev command answered 404 while the worker restarted, held requests for as long as the old worker streamed a
 * response, left the worker behind when killed, and restarted it for ever.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { FREE_PORTS } from '../kit/cli.js'
import { compiledFile } from '../kit/compiled-project.js'
import { devProject, isAlive, startDev, versionAt, workerCode } from '../kit/dev-project.js'

test('requests during a restart wait for the new worker, and none fails', { timeout: 60_000 }, async () => {
  const { file, write } = await devProject(workerCode(1))
  const { child, httpUrl } = await startDev(file)
  await child.says(/version 1 is ready/)
  const slow = versionAt(httpUrl, 1_000)
  await child.says(/a request waits/)
  await write(workerCode(2))
  await child.says(/has changed/)
  const versions: number[] = []
  while (!versions.includes(2)) versions.push((await versionAt(httpUrl)).version)
  expect((await slow).version).toBe(1)
  await child.says(/version 2 is ready/)
  await child.stop()
})

/** Serves `GET /ticks`, a response that ends only when the client leaves. */
const ticks = `
import { http } from '${compiledFile('src/entry/helpers/http.ts')}'
worker.registerFunction('ticks', http(async (_request, response, { signal }) => {
  response.status(200)
  while (!signal.aborted) {
    response.stream.write('tick')
    await wait(20)
  }
}))
worker.registerTrigger({ type: 'http', function_id: 'ticks', config: { api_path: '/ticks' } })`

async function openTicks(httpUrl: string) {
  const leaving = new AbortController()
  const response = await fetch(`${httpUrl}/ticks`, { signal: leaving.signal })
  const reader = response.body!.getReader()
  return { leave: () => leaving.abort(), next: () => reader.read() }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('the new worker serves while the old one still streams a response', { timeout: 60_000 }, async () => {
  const { file, write } = await devProject(workerCode(1, ticks))
  // The old worker keeps its name until it ends.
  const { child, httpUrl } = await startDev(file, FREE_PORTS, { env: { III_WORKER_NAME: 'named' } })
  await child.says(/version 1 is ready/)
  const { pid } = await versionAt(httpUrl)
  const old = await openTicks(httpUrl)
  await write(workerCode(2, ticks))
  await child.says(/has changed/)
  while ((await versionAt(httpUrl)).version !== 2);
  expect(isAlive(pid)).toBe(true)
  expect((await old.next()).done).toBe(false)
  const young = await openTicks(httpUrl)
  expect((await young.next()).done).toBe(false)
  old.leave()
  young.leave()
  expect((await versionAt(httpUrl)).version).toBe(2)
  await child.stop()
})

test('a worker with a port of its own starts again once the old one has drained', { timeout: 60_000 }, async () => {
  const listening = `
    import { createServer } from 'node:net'
    createServer().listen(process.env.OWN_PORT, '127.0.0.1')`
  const { file, write } = await devProject(workerCode(1, listening + ticks))
  const OWN_PORT = String(await freePort())
  const { child, httpUrl } = await startDev(file, FREE_PORTS, { env: { OWN_PORT } })
  await child.says(/version 1 is ready/)
  const old = await openTicks(httpUrl)
  await write(workerCode(2, listening + ticks))
  await child.says(/EADDRINUSE/)
  await child.says(/ended with code 1 while the old one drains/)
  old.leave()
  await expect.poll(async () => (await versionAt(httpUrl)).version, { timeout: 20_000 }).toBe(2)
  await child.stop()
})

test('a route that the new worker does not serve is not held for ever', { timeout: 60_000 }, async () => {
  const { file, write } = await devProject(workerCode(1))
  const { child, httpUrl } = await startDev(file)
  await child.says(/version 1 is ready/)
  await write(workerCode(2).replaceAll("'/version'", "'/elsewhere'").replaceAll("'version'", "'renamed'"))
  await child.says(/version 2 is ready/)
  await expect.poll(async () => (await fetch(`${httpUrl}/version`)).status, { timeout: 10_000 }).toBe(404)
  await child.stop()
})

test('requests fail at once when the new worker does not start', { timeout: 60_000 }, async () => {
  const { file, write } = await devProject(workerCode(1))
  const { child, httpUrl } = await startDev(file)
  await child.says(/version 1 is ready/)
  await write('throw new Error("broken on purpose")')
  await child.says(/The worker ended with code 1/)
  await expect.poll(async () => (await fetch(`${httpUrl}/version`)).status, { timeout: 10_000 }).toBe(404)
  await child.stop()
})

test('a worker ends with a dev command that is killed', { timeout: 60_000 }, async () => {
  const { file } = await devProject(workerCode(1, 'setInterval(() => undefined, 1_000)'))
  const { child, httpUrl } = await startDev(file)
  await child.says(/version 1 is ready/)
  const { pid } = await versionAt(httpUrl)
  await child.stop('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
})

/** The processes whose command line has this text, apart from `dev` itself. */
async function processesWith(text: string, dev: number | undefined): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args='])
  const found = stdout.split('\n').filter((line) => line.includes(text))
  return found.map((line) => Number.parseInt(line, 10)).filter((pid) => pid !== dev)
}

test('a worker that is still starting ends with a dev command that is killed', { timeout: 60_000 }, async () => {
  const { file } = await devProject(workerCode(1, 'setInterval(() => undefined, 1_000)'))
  const { child } = await startDev(file)
  await child.says(/version 1 is ready/)
  const started = (): Promise<number[]> => processesWith(file, child.process.pid)
  // The process of the next restart loads the package first, which takes longer than to find it.
  await expect.poll(async () => (await started()).length, { timeout: 10_000, interval: 5 }).toBe(2)
  onTestFinished(async () => {
    for (const pid of await started()) process.kill(pid, 'SIGKILL')
  })
  await child.stop('SIGKILL')
  await expect.poll(started, { timeout: 10_000 }).toEqual([])
})

test('a worker that writes code at each start is restarted at growing intervals', { timeout: 60_000 }, async () => {
  const writing = `
    import { writeFileSync } from 'node:fs'
    console.log('started')
    writeFileSync(new URL('./generated.ts', import.meta.url), 'export const at = ' + Date.now())
    setInterval(() => undefined, 1_000)`
  const { file } = await devProject(writing, 'worker.mjs')
  const { child } = await startDev(file)
  await child.says(/generated\.ts changes just after each start/)
  const starts = (): number => child.stdout.split('started').length - 1
  const before = starts()
  // eslint-disable-next-line local/real-time -- further restarts follow after 1 s and 2 s
  await delay(4_500)
  expect(starts() - before).toBeLessThanOrEqual(2)
  await child.stop()
})

test('the last of many quick saves runs, and at once', { timeout: 60_000 }, async () => {
  const { file, write } = await devProject(workerCode(1))
  const { child } = await startDev(file)
  for (let version = 1; version <= 5; version += 1) {
    await write(workerCode(version))
    await child.says(new RegExp(`version ${String(version)} is ready`))
  }
  await child.stop()
})
