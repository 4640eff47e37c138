import { expect, test } from 'vitest'
import type { TestsEnd } from '../../faults/plant.js'
import { flawOfSoundRun, verdictOn } from '../../faults/verdict.js'

const LIMIT_MS = 300_000
const end = (facts: Partial<TestsEnd>): TestsEnd => ({
  failedTests: 0,
  passedTests: 0,
  brokenFiles: 0,
  timedOut: false,
  output: '',
  ...facts,
})

test('a fault is detected by a failing test, and its seed is reported', () => {
  expect(verdictOn({}, end({ failedTests: 1, passedTests: 5 }))).toBe('found')
  expect(verdictOn({}, end({ failedTests: 1, output: 'noise\nseed 42 fails' }))).toBe('found by seed 42')
})

test('tests that time out detect only faults that expect a timeout', () => {
  const hung = end({ timedOut: true })
  expect(verdictOn({ mayHang: true }, hung)).toMatch(/^found/)
  expect(verdictOn({}, hung)).toMatch(/^NOT ENDED/)
})

test('a file that fails to load and tests that pass detect nothing', () => {
  expect(verdictOn({ mayHang: true }, end({ brokenFiles: 1 }))).toMatch(/^NOT LOADED/)
  expect(verdictOn({ mayHang: true }, end({ passedTests: 3 }))).toMatch(/^NOT FOUND/)
})

test('tests count when they pass without a fault in less than half of the time limit', () => {
  const passed = end({ passedTests: 3 })
  expect(flawOfSoundRun(passed, LIMIT_MS / 2, LIMIT_MS)).toBeUndefined()
  expect(flawOfSoundRun(passed, LIMIT_MS / 2 + 1, LIMIT_MS)).toMatch(/^TOO SLOW/)
  const bad = [end({}), end({ failedTests: 1, passedTests: 3 }), end({ brokenFiles: 1, passedTests: 3 })]
  for (const each of [...bad, end({ timedOut: true })]) {
    expect(flawOfSoundRun(each, 1, LIMIT_MS)).toMatch(/^FAILS WITHOUT FAULT/)
  }
})
