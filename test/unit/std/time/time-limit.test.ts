import { expect, test } from 'vitest'
import { deferred } from '../../../../src/std/async/deferred.js'
import { TimeLimit } from '../../../../src/std/time/time-limit.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'

/** The time at which each wait was over. */
function timed(clock: VirtualClock, limit: TimeLimit): (work: Promise<unknown>) => number[] {
  return (work) => {
    const endedAt: number[] = []
    void limit.wait(work).then(() => endedAt.push(clock.now()))
    return endedAt
  }
}

const never = new Promise<never>(() => undefined)

test('a wait ends with its work, whether that succeeds or fails, and leaves no timer', async () => {
  const clock = new VirtualClock()
  const wait = timed(clock, new TimeLimit(clock, 1_000))
  const [good, bad] = [deferred<string>(), deferred<string>()]
  const ends = [wait(good.promise), wait(bad.promise)]
  await clock.advance(10)
  good.resolve('done')
  await clock.advance(10)
  bad.reject(new Error('failed'))
  await clock.advance(10)

  expect(ends).toEqual([[10], [20]])
  expect(clock.pendingTimers).toBe(0)
})

test('steps share the limit: a later one has the time that remains', async () => {
  const clock = new VirtualClock()
  const wait = timed(clock, new TimeLimit(clock, 1_000))
  const first = deferred<void>()
  wait(first.promise)
  await clock.advance(600)
  first.resolve()
  const second = wait(never)
  await clock.advance(399)
  expect(second).toEqual([])
  await clock.advance(1)
  expect(second).toEqual([1_000])

  const late = wait(never)
  await clock.advance(0)
  expect(late).toEqual([1_000])
})

test('work that fails after the limit causes no unhandled rejection', async () => {
  const clock = new VirtualClock()
  const wait = timed(clock, new TimeLimit(clock, 5))
  const work = deferred<void>()
  const end = wait(work.promise)
  await clock.advance(5)
  work.reject(new Error('late'))
  await clock.advance(5)

  expect(end).toEqual([5])
})
