import { expect, test } from 'vitest'
import { interleave } from '../../../bench/rounds.js'

test('Every side runs once per round, each begins in turn, and the first rounds only warm up', async () => {
  const order: string[] = []
  const figures = await interleave(['a', 'b'], 3, async (side) => {
    order.push(side)
    return order.length
  })
  expect(order.join('')).toBe('ab' + 'ba' + 'ab' + 'ba' + 'ab')
  expect([...figures]).toEqual([
    ['a', [5, 8, 9]],
    ['b', [6, 7, 10]],
  ])
})
