import { expect, test } from 'vitest'
import { Child } from '../kit/child.js'

test("Node's own test runner runs a suite on a test engine and ends by itself", { timeout: 30_000 }, async () => {
  const suite = 'test/kit/children/node-test-suite.ts'
  const child = new Child(process.execPath, ['--import', 'tsx', '--test', '--test-reporter=tap', suite])
  expect(await child.exit(), child.output).toEqual({ code: 0, signal: null })
  expect(child.stdout).toMatch(/# pass 2\n/)
  expect(child.stdout).toMatch(/# fail 0\n/)
})
