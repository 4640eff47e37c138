import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/std/clock.js'

test('a delay longer than a Node timer can hold does not fire at once', async () => {
  let fired = 0
  const timer = systemClock.after(2 ** 40, () => (fired += 1))
  const endless = systemClock.after(Infinity, () => (fired += 1))
  await delay(20)
  timer.cancel()
  endless.cancel()

  expect(fired).toBe(0)
})

test('a cancelled timer does not fire', async () => {
  let fired = 0
  systemClock.after(1, () => (fired += 1)).cancel()
  await new Promise<void>((resolve) => void systemClock.after(10, resolve))

  expect(fired).toBe(0)
})

test('time never runs backwards', () => {
  let last = systemClock.now()
  for (let index = 0; index < 10_000; index += 1) {
    const now = systemClock.now()
    expect(now).toBeGreaterThanOrEqual(last)
    last = now
  }
})
