import { expect, test } from 'vitest'
import { VirtualClock } from '../../../src/std/virtual-clock.js'
import { Batch } from '../../../src/telemetry/batch.js'

function setUp() {
  const clock = new VirtualClock()
  const delivered: string[][] = []
  const batch = new Batch<string>({
    clock,
    delayMs: 100,
    maxItems: 3,
    maxBytes: 10,
    weigh: (item) => item.length,
    deliver: (items) => delivered.push(items),
  })
  return { clock, delivered, batch }
}

test('items wait for company, counted from the first', async () => {
  const { clock, delivered, batch } = setUp()
  batch.add('a')
  await clock.advance(60)
  batch.add('b')
  await clock.advance(39)
  expect(delivered).toEqual([])
  await clock.advance(1)
  expect(delivered).toEqual([['a', 'b']])
  expect(clock.pendingTimers).toBe(0)
})

test('enough items leave at once, and so do heavy ones', () => {
  const { clock, delivered, batch } = setUp()
  for (const item of ['a', 'b', 'c', 'd']) batch.add(item)
  expect(delivered).toEqual([['a', 'b', 'c']])
  batch.add('123456789')
  expect(delivered).toEqual([
    ['a', 'b', 'c'],
    ['d', '123456789'],
  ])
  expect(clock.pendingTimers).toBe(0)
})

test('an early flush takes everything, and the next item starts a new wait', async () => {
  const { clock, delivered, batch } = setUp()
  batch.flush()
  expect(delivered).toEqual([])
  batch.add('a')
  await clock.advance(90)
  batch.flush()
  batch.add('b')
  await clock.advance(99)
  expect(delivered).toEqual([['a']])
  await clock.advance(1)
  expect(delivered).toEqual([['a'], ['b']])
})
