/** The dev command answered 404 while the worker restarted, left it behind when killed, and restarted it for ever. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
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

test('code that the worker writes at each start restarts it a few times only', { timeout: 60_000 }, async () => {
  const writing = `
    import { writeFileSync } from 'node:fs'
    console.log('started')
    writeFileSync(new URL('./generated.ts', import.meta.url), 'export const at = ' + Date.now())
    setInterval(() => undefined, 1_000)`
  const { file, add } = await devProject(writing, 'worker.mjs')
  const { child } = await startDev(file)
  await child.says(/generated\.ts changes just after each start/)
  const starts = (): number => child.stdout.split('started').length - 1
  const before = starts()
  // eslint-disable-next-line local/real-time -- a restart that must not follow would take this long
  await delay(3_500)
  expect(starts()).toBe(before)
  // A person who edits the file later than that is heard.
  await add('generated.ts', 'export const at = 0')
  await expect.poll(starts, { timeout: 10_000 }).toBeGreaterThan(before)
  await child.stop()
})
