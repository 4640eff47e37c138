import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Retained } from '../../../../../src/engine/builtins/observability/retained.js'
import { weightOf } from '../../../../../src/std/json/weight.js'

const caps = { maxItems: 3, maxWeight: 1_000, maxAgeMs: 100 }

test('the oldest item is removed for the newest and is counted', () => {
  const gone: string[] = []
  const kept = new Retained<string>(caps, (item) => gone.push(item))
  for (const item of ['a', 'b', 'c', 'd']) kept.add(item, 0)
  expect(kept.items()).toEqual(['b', 'c', 'd'])
  expect(gone).toEqual(['a'])
  expect(kept.dropped).toBe(1)
})

test('a large item evicts as many as it needs, all of them if necessary', () => {
  const kept = new Retained<string>(caps)
  kept.add('a', 0)
  kept.add('x'.repeat(950), 0)
  expect(kept.size).toBe(2)
  kept.add('y'.repeat(5_000), 0)
  expect(kept.size).toBe(1)
  expect(kept.dropped).toBe(2)
})

test('items over their age are removed and do not count as lost', () => {
  const kept = new Retained<string>(caps)
  kept.add('a', 0)
  kept.add('b', 60)
  kept.expire(101)
  expect(kept.items()).toEqual(['b'])
  expect(kept.dropped).toBe(0)
})

test('a replaced item keeps its place and releases its weight', () => {
  const kept = new Retained<string>(caps)
  const first = kept.add('x'.repeat(900), 0)
  kept.add('b', 0)
  kept.replace(first, 'a')
  kept.add('y'.repeat(900), 0)
  expect(kept.items()).toEqual(['a', 'b', 'y'.repeat(900)])
})

test('caps hold whatever is added', () => {
  const additions = fc.array(fc.record({ characters: fc.nat(600), laterMs: fc.nat(50) }), { maxLength: 200 })
  fc.assert(
    fc.property(additions, (list) => {
      const gone: string[] = []
      const kept = new Retained<string>(caps, (item) => gone.push(item))
      let now = 0
      for (const { characters, laterMs } of list) {
        now += laterMs
        kept.add('x'.repeat(characters), now)
        expect(kept.size).toBeLessThanOrEqual(caps.maxItems)
        const weight = kept.items().reduce((sum, item) => sum + weightOf(item), 0)
        expect(weight <= caps.maxWeight || kept.size === 1).toBe(true)
      }
      expect(kept.size + gone.length).toBe(list.length)
    }),
  )
})
