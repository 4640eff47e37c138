import { expect, test } from 'vitest'
import { interleave } from '../../../bench/rounds.js'

test('Every side runs once per round, each begins in turn, and the first rounds only warm up', async () => {
  const order: string[] = []
  const results = await interleave(['a', 'b'], { rounds: 3 }, async (side) => {
    order.push(side)
    return order.length
  })
  expect(order.join('')).toBe('ab' + 'ba' + 'ab' + 'ba' + 'ab')
  expect([...results]).toEqual([
    ['a', [5, 8, 9]],
    ['b', [6, 7, 10]],
  ])
})

test('Where every round starts anew there is nothing to warm up', async () => {
  const results = await interleave(['a'], { rounds: 2, warmUpRounds: 0 }, async (side) => side)
  expect(results.get('a')).toEqual(['a', 'a'])
})
