import { expect, test, vi } from 'vitest'
import { FREE_PORTS } from '../kit/cli.js'
import { runCli } from '../kit/compiled-project.js'
import { devProject, workerCode } from '../kit/dev-project.js'
import { testEngine } from '../kit/local-rig.js'

const limit = { timeout: 40_000 }

test('dev runs one worker against a shared engine, which can call the exposed function', limit, async () => {
  const shared = await testEngine()
  const team = shared.connect()
  team.registerFunction('quote', ({ n }: { n: number }) => n * 2)
  await team.ready()
  const code = workerCode(
    1,
    "worker.registerFunction('own', () => worker.trigger({ function_id: 'quote', payload: { n: 21 } }))",
  )
  const { folder } = await devProject(code, 'worker.mjs')
  const bridge = ['--bridge', shared.url, '--expose', 'own', '--bridge-namespace', 'ann']
  const dev = runCli(['dev', 'worker.mjs', ...FREE_PORTS, '--no-console', ...bridge], { cwd: folder })
  await dev.says(/version 1 is ready/)
  await vi.waitFor(async () => expect(await shared.call('own', {}, { namespace: 'ann' })).toBe(42), { timeout: 15_000 })
  expect(await dev.stop('SIGTERM')).toMatchObject({ code: 0 })
})

test.each([
  [['--expose', 'own'], '--expose needs --bridge'],
  [['--bridge-token', 's3cret'], '--bridge-token needs --bridge'],
  [['--bridge', 'ws://127.0.0.1:1', '--bridge-header', 's3cret'], "--bridge-header must be 'name: value'"],
  [['--bridge', 'staging'], 'iii-bridge.url must be the URL of an engine'],
])('options %j are refused by name', limit, async (options, message) => {
  const { folder } = await devProject('', 'worker.mjs')
  const dev = runCli(['dev', 'worker.mjs', ...options], { cwd: folder })
  expect((await dev.ended).code).not.toBe(0)
  expect(dev.output).toContain(message)
})
