import { expect, test } from 'vitest'
import { RestartPace } from '../../../src/cli/dev/restart-pace.js'

function waits(changes: readonly (readonly [file: string, isSoon: boolean])[]): number[] {
  const pace = new RestartPace()
  return changes.map(([file, isSoon]) => pace.waitMs(file, isSoon))
}

const SOON = ['a.ts', true] as const

test('a file that changes just after each start causes restarts at growing intervals', () => {
  expect(waits(Array.from({ length: 12 }, () => SOON))).toEqual([
    0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
  ])
})

test('a change of another file, or later than that, restarts at once', () => {
  expect(waits([SOON, SOON, SOON, SOON, ['b.ts', true]])).toEqual([0, 0, 0, 1_000, 0])
  expect(waits([SOON, SOON, SOON, SOON, ['a.ts', false], SOON])).toEqual([0, 0, 0, 1_000, 0, 0])
})

test('a series of restarts that begins to wait is reported once', () => {
  const pace = new RestartPace()
  const reports = Array.from({ length: 6 }, () => {
    pace.waitMs('a.ts', true)
    return pace.hasJustSlowed
  })
  expect(reports).toEqual([false, false, false, true, false, false])
})
