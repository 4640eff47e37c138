import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../../../src/std/time/clock.js'

test('a delay longer than a Node timer can hold does not fire at once', async () => {
  let fired = 0
  const timer = systemClock.after(2 ** 40, () => (fired += 1))
  const endless = systemClock.after(Infinity, () => (fired += 1))
  // eslint-disable-next-line local/real-time -- the system clock is tested
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

test('a timer keeps the process alive just while it is in the foreground, and fires in either mode', async () => {
  const held = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = held()
  const endless = systemClock.after(1_000_000, () => undefined)
  expect(held()).toBe(before + 1)
  endless.setMode('background')
  expect(held()).toBe(before)
  endless.setMode('foreground')
  expect(held()).toBe(before + 1)
  endless.cancel()
  const fired = new Promise<void>((resolve) => {
    systemClock.after(5, resolve).setMode('background')
  })
  // eslint-disable-next-line local/real-time -- the system clock is tested
  await delay(20)
  await fired
})

test('time never runs backwards', () => {
  let last = systemClock.now()
  for (let index = 0; index < 10_000; index += 1) {
    const now = systemClock.now()
    expect(now).toBeGreaterThanOrEqual(last)
    last = now
  }
})
