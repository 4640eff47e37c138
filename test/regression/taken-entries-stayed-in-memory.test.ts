import { expect, test } from 'vitest'
import { Retained } from '../../src/engine/builtins/observability/retained.js'
import { BoundedQueue } from '../../src/std/async/bounded-queue.js'
import { collectGarbage } from '../kit/process-watch.js'

const KEPT = 100
const GONE = 60

/** How many of the things that something was given are still in memory. */
async function alive(give: (thing: object) => void): Promise<number> {
  const given = Array.from({ length: KEPT + GONE }, (_, n) => {
    const thing = { n }
    give(thing)
    return new WeakRef(thing)
  })
  await collectGarbage()
  return given.filter((ref) => ref.deref() !== undefined).length
}

test('items over the limit are released at once', async () => {
  const kept = new Retained<object>({ maxItems: KEPT, maxWeight: Infinity, maxAgeMs: Infinity })
  expect([await alive((thing) => kept.add(thing, 0)), kept.size]).toEqual([KEPT, KEPT])
})

test('items taken from a queue are released at once', async () => {
  const queue = new BoundedQueue<object>({ maxItems: Infinity, maxBytes: Infinity, maxAgeMs: Infinity })
  const give = (thing: object): void => {
    queue.push(thing, 1, 0)
    if (queue.size > KEPT) queue.shift()
  }
  expect([await alive(give), queue.size]).toEqual([KEPT, KEPT])
})
