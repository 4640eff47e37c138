import { expect, test } from 'vitest'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import { watchWallClock } from '../../../../src/std/time/wall-clock-watch.js'

test('setting the clock is reported once, within 2 s, with the difference; small corrections are not', async () => {
  const clock = new VirtualClock(0, { isSteady: false })
  const jumps: number[] = []
  const watch = watchWallClock(clock, (byMs) => jumps.push(byMs))
  clock.setWallClock(100)
  await clock.advance(5_000)
  expect(jumps).toEqual([])
  clock.setWallClock(-100_000)
  await clock.advance(2_000)
  expect(jumps).toEqual([-100_000])
  clock.setWallClock(3_600_000)
  await clock.advance(10_000)

  expect(jumps).toEqual([-100_000, 3_600_000])
  watch.cancel()
  expect(clock.pendingTimers).toBe(0)
})

test('a steady clock needs no timer', () => {
  const clock = new VirtualClock()
  watchWallClock(clock, () => undefined).cancel()
  expect(clock.pendingTimers).toBe(0)
})
