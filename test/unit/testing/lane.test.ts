import { expect, test } from 'vitest'
import { VirtualClock } from '../../../src/std/time/virtual-clock.js'
import { Lane } from '../../../src/testing/lane.js'

function rig(latencyMs = 0) {
  const clock = new VirtualClock()
  const delivered: string[] = []
  let full = 0
  const lane = new Lane({ clock, latencyMs, onFull: () => (full += 1) })
  const push = (name: string, bytes = 0): void =>
    lane.push(() => delivered.push(`${name}@${String(clock.now())}`), bytes)
  return { clock, lane, delivered, push, full: () => full }
}

test('without latency a delivery happens inside push', () => {
  const { push, delivered } = rig()
  push('a')
  expect(delivered).toEqual(['a@0'])
})

test('each delivery is delayed by the latency, in order', async () => {
  const { clock, push, delivered } = rig(10)
  push('a')
  await clock.advance(4)
  push('b')
  await clock.advance(100)
  expect(delivered).toEqual(['a@10', 'b@14'])
})

test('held deliveries leave in order on release, overdue ones at once', async () => {
  const { clock, lane, push, delivered } = rig(10)
  push('a')
  lane.hold()
  push('b', 5)
  await clock.advance(50)
  expect(delivered).toEqual([])
  expect(lane.bytes).toBe(5)
  lane.release()
  push('c')
  await clock.advance(50)
  expect(delivered).toEqual(['a@50', 'b@50', 'c@60'])
})

test('a delivery that holds the lane stops those behind it', () => {
  const { lane, push, delivered } = rig()
  lane.hold()
  lane.push(() => lane.hold())
  push('b')
  lane.release()
  expect(delivered).toEqual([])
  lane.release()
  expect(delivered).toEqual(['b@0'])
})

test('when the cap is exceeded the owner is notified and the delivery is lost', () => {
  const { lane, push, delivered, full } = rig()
  lane.hold()
  for (let index = 0; index < 100_001; index += 1) push(String(index))
  expect(full()).toBe(1)
  lane.release()
  expect(delivered).toHaveLength(100_000)
})

test('cleared items are never delivered, and no timer remains', async () => {
  const { clock, lane, push, delivered } = rig(10)
  push('a')
  lane.clear()
  expect(clock.pendingTimers).toBe(0)
  await clock.advance(50)
  expect(delivered).toEqual([])
})
