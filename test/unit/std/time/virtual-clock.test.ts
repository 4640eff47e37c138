import { expect, test } from 'vitest'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'

test('timers fire in order of their time, equal ones in the order they were set', async () => {
  const clock = new VirtualClock()
  const seen: string[] = []
  clock.after(20, () => seen.push(`b ${clock.now()}`))
  clock.after(10, () => seen.push(`a ${clock.now()}`))
  clock.after(20, () => seen.push(`c ${clock.now()}`))
  await clock.advance(19)
  expect(seen).toEqual(['a 10'])
  await clock.advance(1)
  expect(seen).toEqual(['a 10', 'b 20', 'c 20'])
})

test('a timer set by a timer fires in the same advance, after the promises in between', async () => {
  const clock = new VirtualClock()
  const seen: string[] = []
  clock.after(10, () => {
    void Promise.resolve().then(() => seen.push('promise'))
    clock.after(5, () => seen.push('nested'))
  })
  await clock.advance(15)

  expect(seen).toEqual(['promise', 'nested'])
})

test('a cancelled timer does not fire, and cancelling twice does nothing', async () => {
  const clock = new VirtualClock()
  let fired = 0
  const timer = clock.after(10, () => (fired += 1))
  timer.cancel()
  timer.cancel()
  await clock.advance(20)

  expect([fired, clock.pendingTimers]).toEqual([0, 0])
})

test('wall-clock time moves with the clock', async () => {
  const clock = new VirtualClock(1_000)
  await clock.advance(500)

  expect([clock.now(), clock.epochMs()]).toEqual([500, 1_500])
})

test('a steady clock refuses to be set; another one moves its wall clock alone', () => {
  expect(() => {
    new VirtualClock().setWallClock(1)
  }).toThrow('steady')
  const clock = new VirtualClock(1_000, { isSteady: false })
  clock.setWallClock(-400)
  expect([clock.epochMs(), clock.now()]).toEqual([600, 0])
})
