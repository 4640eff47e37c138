import { expect, test } from 'vitest'
import { Child } from '../kit/child.js'

test('the test runner of Node runs a suite on a test engine and exits', { timeout: 30_000 }, async () => {
  const suite = 'test/kit/children/node-test-suite.ts'
  const child = new Child(process.execPath, ['--import', 'tsx', '--test', '--test-reporter=tap', suite])
  expect(await child.exit(), child.output).toEqual({ code: 0, signal: null })
  expect(child.stdout).toMatch(/# pass 2\n/)
  expect(child.stdout).toMatch(/# fail 0\n/)
})

test('the test engine works in a runner with separate globals for each file', { timeout: 60_000 }, async () => {
  // As Jest does it: code in a context of its own, where `Error` and `Object` are not those of Node's modules.
  const suite = 'test/behaviour/test-engine-serves-workers.test.ts'
  const vitest = 'node_modules/vitest/vitest.mjs'
  const child = new Child(process.execPath, [vitest, 'run', '--project=behaviour', '--pool=vmThreads', suite])
  expect(await child.exit(50_000), child.output).toEqual({ code: 0, signal: null })
})
