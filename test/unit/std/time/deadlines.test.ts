import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clock } from '../../../../src/std/time/clock.js'
import { Deadlines, type Expiring } from '../../../../src/std/time/deadlines.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'

interface Item extends Expiring {
  readonly name: number
}

const item = (name: number): Item => ({ deadline: undefined, name })

test('an infinite duration needs no timer and never expires', async () => {
  const clock = new VirtualClock()
  const expired: number[] = []
  const deadlines = new Deadlines<Item>(clock, ({ name }) => expired.push(name))
  const endless = item(1)
  deadlines.add(endless, Infinity)
  await clock.advance(1e12)
  deadlines.remove(endless)

  expect([expired, clock.pendingTimers, deadlines.lists]).toEqual([[], 0, 0])
})

test('one timer serves any number of deadlines, and lets the process end once all are removed', () => {
  const clock = new VirtualClock()
  const deadlines = new Deadlines<Item>(clock, () => undefined)
  const items = Array.from({ length: 100 }, (_, name) => item(name))
  for (const [index, each] of items.entries()) deadlines.add(each, 1_000 + (index % 7))
  expect(clock.pendingTimers).toBe(1)
  for (const each of items) deadlines.remove(each)
  for (const each of items) deadlines.remove(each)

  expect([clock.foregroundTimers, deadlines.lists]).toEqual([0, 0])
  deadlines.release()
  expect(clock.pendingTimers).toBe(0)
})

test('a deadline at a time starts one timer in all, which keeps the process alive only meanwhile', async () => {
  let started = 0
  const clock = new VirtualClock()
  const counting: Clock = {
    now: () => clock.now(),
    epochMs: () => clock.epochMs(),
    after: (...timer) => {
      started += 1
      return clock.after(...timer)
    },
  }
  const expired: number[] = []
  const deadlines = new Deadlines<Item>(counting, ({ name }) => expired.push(name))
  for (let name = 0; name < 50; name += 1) {
    const each = item(name)
    deadlines.add(each, 1_000)
    expect(clock.foregroundTimers).toBe(1)
    await clock.advance(10)
    deadlines.remove(each)
    expect(clock.foregroundTimers).toBe(0)
  }
  expect(started).toBe(1)
  deadlines.add(item(50), 1_000)
  await clock.advance(999)
  expect(expired).toEqual([])
  await clock.advance(1)

  expect([expired, clock.pendingTimers]).toEqual([[50], 0])
})

test('a shorter deadline expires in time while the timer of a longer one is kept', async () => {
  const clock = new VirtualClock()
  const expired: number[] = []
  const deadlines = new Deadlines<Item>(clock, ({ name }) => expired.push(name))
  const long = item(1)
  deadlines.add(long, 10_000)
  deadlines.remove(long)
  deadlines.add(item(2), 10)
  await clock.advance(10)

  expect([expired, clock.pendingTimers]).toEqual([[2], 0])
})

test('an item that still has a deadline keeps its timer when idle timers are released', async () => {
  const clock = new VirtualClock()
  const expired: number[] = []
  const deadlines = new Deadlines<Item>(clock, ({ name }) => expired.push(name))
  deadlines.add(item(1), 10)
  deadlines.release()
  await clock.advance(10)

  expect(expired).toEqual([1])
})

test('expiry may add and remove deadlines', async () => {
  const clock = new VirtualClock()
  const expired: number[] = []
  const second = item(2)
  const deadlines: Deadlines<Item> = new Deadlines<Item>(clock, ({ name }) => {
    expired.push(name)
    deadlines.remove(second)
    if (name < 5) deadlines.add(item(name + 10), 10)
  })
  deadlines.add(item(1), 10)
  deadlines.add(second, 11)
  await clock.advance(100)

  expect(expired).toEqual([1, 11])
})

test('items due at the same time all expire, also when the expiry of one removes it', async () => {
  const clock = new VirtualClock()
  const expired: number[] = []
  const deadlines: Deadlines<Item> = new Deadlines<Item>(clock, (each) => {
    expired.push(each.name)
    deadlines.remove(each)
  })
  for (let name = 0; name < 5; name += 1) deadlines.add(item(name), 10)
  await clock.advance(10)

  expect(expired).toEqual([0, 1, 2, 3, 4])
})

test('a duration longer than a timer can hold still expires in time', async () => {
  const clock = new VirtualClock()
  const expired: number[] = []
  // Like the real clock, this one fires early when the delay is too long for a timer.
  const impatient: Clock = {
    now: () => clock.now(),
    epochMs: () => clock.epochMs(),
    after: (delayMs, callback) => clock.after(Math.min(delayMs, 1_000), callback),
  }
  const deadlines = new Deadlines<Item>(impatient, ({ name }) => expired.push(name))
  deadlines.add(item(1), 10_000)
  await clock.advance(9_999)
  expect(expired).toEqual([])
  await clock.advance(1)
  expect(expired).toEqual([1])
})

test('every deadline that is not removed expires exactly once, exactly on time', async () => {
  const plan = fc.array(
    fc.record({ durationMs: fc.integer({ min: 1, max: 50 }), waitMs: fc.nat(10), removeAfter: fc.option(fc.nat(5)) }),
    { maxLength: 60 },
  )
  await fc.assert(
    fc.asyncProperty(plan, async (steps) => {
      const clock = new VirtualClock()
      const seen = new Map<number, number>()
      const deadlines = new Deadlines<Item>(clock, ({ name }) => {
        expect(seen.has(name)).toBe(false)
        seen.set(name, clock.now())
      })
      const added: { each: Item; at: number; removed: boolean }[] = []
      for (const [name, { durationMs, waitMs, removeAfter }] of steps.entries()) {
        const each = item(name)
        deadlines.add(each, durationMs)
        added.push({ each, at: clock.now() + durationMs, removed: false })
        await clock.advance(waitMs)
        const victim = removeAfter === null ? undefined : added[added.length - 1 - removeAfter]
        if (victim !== undefined && !seen.has(victim.each.name)) {
          deadlines.remove(victim.each)
          victim.removed = true
        }
      }
      await clock.advance(100)
      for (const { each, at, removed } of added) expect(seen.get(each.name)).toBe(removed ? undefined : at)
      expect([clock.pendingTimers, deadlines.lists]).toEqual([0, 0])
    }),
    { numRuns: 50 },
  )
})
