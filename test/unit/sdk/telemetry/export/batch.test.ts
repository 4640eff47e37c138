import { expect, test } from 'vitest'
import { VirtualClock } from '../../../../../src/std/time/virtual-clock.js'
import { Batch } from '../../../../../src/sdk/telemetry/export/batch.js'

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

test('the batching delay starts with the first item', async () => {
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

test('a batch full by number or weight leaves in the next tick, and later items start a new delay', async () => {
  const { clock, delivered, batch } = setUp()
  for (const item of ['a', 'b', 'c', 'd', '123456789', 'e']) batch.add(item)
  expect(delivered).toEqual([])
  await clock.advance(0)
  expect(delivered).toEqual([
    ['a', 'b', 'c'],
    ['d', '123456789'],
  ])
  await clock.advance(99)
  expect(delivered).toHaveLength(2)
  await clock.advance(1)
  expect(delivered[2]).toEqual(['e'])
  expect(clock.pendingTimers).toBe(0)
})

test('a tick that fills more than four batches exports them within the tick', async () => {
  const { clock, delivered, batch } = setUp()
  for (let item = 0; item < 13; item += 1) batch.add(String(item))
  expect(delivered.map((items) => items.length)).toEqual([3, 3, 3, 3])
  await clock.advance(100)
  expect(delivered.flat()).toEqual(Array.from({ length: 13 }, (_, item) => String(item)))
  expect(clock.pendingTimers).toBe(0)
})

test('an early flush exports all items, and the next item starts a new delay', async () => {
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
