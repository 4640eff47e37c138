import { expect, test } from 'vitest'
import { BoundedRuns } from '../../../../src/std/async/bounded-runs.js'
import { deferred } from '../../../../src/std/async/deferred.js'

/** Runs that end when the test says so. */
function runs(caps: { maxRuns: number; maxWeight?: number }) {
  const givenUp: number[] = []
  const ends = new Map<number, () => void>()
  const signals = new Map<number, AbortSignal>()
  let count = 0
  const bounded = new BoundedRuns(caps, () => {
    givenUp.push([...signals].findIndex(([, signal]) => signal.aborted))
  })
  const start = (weight = 0): number => {
    const id = count++
    const { promise, resolve } = deferred<void>()
    bounded.start(weight, (signal) => {
      signals.set(id, signal)
      ends.set(id, resolve)
      return promise
    })
    return id
  }
  const aborted = (): number[] => [...signals].flatMap(([id, signal]) => (signal.aborted ? [id] : []))
  return { bounded, start, aborted, givenUp, end: (id: number) => ends.get(id)?.() }
}

test('over the number of runs the oldest is abandoned', () => {
  const { bounded, start, aborted, givenUp } = runs({ maxRuns: 2 })
  start()
  start()
  start()

  expect(aborted()).toEqual([0])
  expect(givenUp).toHaveLength(1)
  expect(bounded.size).toBe(2)
})

test('over the weight the oldest runs are abandoned, and a single run may have any weight', () => {
  const { bounded, start, aborted } = runs({ maxRuns: 10, maxWeight: 10 })
  start(4)
  start(4)
  start(100)

  expect(aborted()).toEqual([0, 1])
  expect(bounded.size).toBe(1)
})

test('a run that ended releases its weight', async () => {
  const { bounded, start, aborted, end } = runs({ maxRuns: 10, maxWeight: 10 })
  end(start(8))
  await Promise.resolve()
  await Promise.resolve()
  start(8)

  expect(aborted()).toEqual([])
  expect(bounded.size).toBe(1)
})

test('stop abandons every run', () => {
  const { bounded, start, aborted, givenUp } = runs({ maxRuns: 10 })
  start()
  start()
  bounded.stop()

  expect(aborted()).toEqual([0, 1])
  expect(givenUp).toEqual([])
  expect(bounded.size).toBe(0)
})
