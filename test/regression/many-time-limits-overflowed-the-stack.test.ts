import { expect, test } from 'vitest'
import { Deadlines, type Expiring } from '../../src/std/time/deadlines.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'

test('as many different durations as there are calls do not stop the first from expiring', async () => {
  const clock = new VirtualClock()
  const expired: number[] = []
  const deadlines = new Deadlines<Expiring & { at: number }>(clock, ({ at }) => expired.push(at))
  for (let at = 1; at <= 200_000; at += 1) deadlines.add({ deadline: undefined, at }, at)
  await clock.advance(3)

  expect(expired).toEqual([1, 2, 3])
})

test('durations that differ by fractions of a millisecond share a list', async () => {
  const clock = new VirtualClock()
  const expired: number[] = []
  const deadlines = new Deadlines<Expiring & { at: number }>(clock, ({ at }) => expired.push(at))
  for (let at = 0; at < 10_000; at += 1) deadlines.add({ deadline: undefined, at }, 1_000 + at / 10_000)
  expect(deadlines.lists).toBe(2)
  await clock.advance(1_001)

  expect(expired).toHaveLength(10_000)
  expect(clock.pendingTimers).toBe(0)
})
