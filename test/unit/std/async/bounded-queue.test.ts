import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedQueue } from '../../../../src/std/async/bounded-queue.js'

const roomy = { maxItems: Infinity, maxBytes: Infinity, maxAgeMs: Infinity }

test('each limit rejects under its own name, and a rejected item is not kept', () => {
  const queue = new BoundedQueue<string>({ maxItems: 2, maxBytes: 10, maxAgeMs: Infinity })

  expect(queue.push('a', 6, 0)).toBeUndefined()
  expect(queue.push('b', 5, 0)).toBe('bytes')
  expect(queue.push('c', 4, 0)).toBeUndefined()
  expect(queue.push('d', 0, 0)).toBe('items')
  expect([queue.size, queue.bytes]).toEqual([2, 10])
  expect(queue.drain()).toEqual(['a', 'c'])
})

test('an item over the byte limit is accepted when the queue is empty', () => {
  const queue = new BoundedQueue<string>({ ...roomy, maxBytes: 10 })

  expect(queue.push('huge', 1_000, 0)).toBeUndefined()
  expect(queue.push('tiny', 1, 0)).toBe('bytes')
})

test('an item expires only once it is over its age', () => {
  const queue = new BoundedQueue<string>({ ...roomy, maxAgeMs: 100 })
  queue.push('old', 1, 0)
  queue.push('young', 1, 50)

  expect(queue.takeExpired(100)).toEqual([])
  expect(queue.takeExpired(101)).toEqual(['old'])
  expect(queue.takeExpired(1_000)).toEqual(['young'])
  expect(queue.bytes).toBe(0)
})

type Step =
  | { do: 'push'; item: number; bytes: number }
  | { do: 'shift' }
  | { do: 'remove'; item: number }
  | { do: 'drain' }
  | { do: 'age'; byMs: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), item: fc.nat(50), bytes: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('shift' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), item: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('age' as const), byMs: fc.nat(40) }) },
  fc.record({ do: fc.constant('drain' as const) }),
)

test('it behaves like a plain list under any sequence of steps', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const caps = { maxItems: 8, maxBytes: 60, maxAgeMs: 50 }
      const queue = new BoundedQueue<number>(caps)
      let model: { item: number; bytes: number; at: number }[] = []
      let now = 0
      const bytes = (): number => model.reduce((sum, entry) => sum + entry.bytes, 0)
      for (const action of steps) {
        switch (action.do) {
          case 'push': {
            const full =
              model.length >= caps.maxItems
                ? 'items'
                : model.length > 0 && bytes() + action.bytes > caps.maxBytes
                  ? 'bytes'
                  : undefined
            expect(queue.push(action.item, action.bytes, now)).toBe(full)
            if (full === undefined) model.push({ item: action.item, bytes: action.bytes, at: now })
            break
          }
          case 'shift':
            expect(queue.shift()).toBe(model.shift()?.item)
            break
          case 'remove': {
            const index = model.findIndex(({ item }) => item === action.item)
            expect(queue.remove(action.item)).toBe(index >= 0)
            if (index >= 0) model.splice(index, 1)
            break
          }
          case 'age': {
            now += action.byMs
            const expired = model.filter(({ at }) => now - at > caps.maxAgeMs)
            expect(queue.takeExpired(now)).toEqual(expired.map(({ item }) => item))
            model = model.filter(({ at }) => now - at <= caps.maxAgeMs)
            break
          }
          case 'drain':
            expect(queue.drain()).toEqual(model.map(({ item }) => item))
            model = []
            break
        }
        expect([queue.size, queue.bytes]).toEqual([model.length, bytes()])
      }
    }),
  )
})
