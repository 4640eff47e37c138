import { expect, test } from 'vitest'
import { Gate } from '../../../../src/std/async/gate.js'

test('it admits as many as its limit, and the others in the order they came', () => {
  const gate = new Gate(2)
  const inside: string[] = []
  for (const name of ['a', 'b', 'c', 'd']) gate.enter(() => inside.push(name))
  expect([inside, gate.isFull]).toEqual([['a', 'b'], true])
  gate.leave()
  expect(inside).toEqual(['a', 'b', 'c'])
  gate.leave()
  gate.leave()
  gate.leave()
  expect([inside, gate.isFull]).toEqual([['a', 'b', 'c', 'd'], false])
})

test('a waiting one can be withdrawn; an admitted one cannot', () => {
  const gate = new Gate(1)
  const inside: string[] = []
  const first = (): void => void inside.push('first')
  const second = (): void => void inside.push('second')
  gate.enter(first)
  gate.enter(second)
  expect([gate.withdraw(second), gate.withdraw(second), gate.withdraw(first)]).toEqual([true, false, false])
  gate.leave()
  expect(inside).toEqual(['first'])
})

test('releasing a hundred thousand at once does not overflow the stack', () => {
  const gate = new Gate(1)
  let served = 0
  gate.enter(() => undefined)
  for (let i = 0; i < 100_000; i += 1) {
    gate.enter(() => {
      served += 1
      gate.leave()
    })
  }
  gate.leave()
  expect([served, gate.isFull]).toEqual([100_000, false])
})

test('a callback that throws has used its slot, and the next ones still run', () => {
  const gate = new Gate(2)
  expect(() => {
    gate.enter(() => {
      throw new Error('stumbled')
    })
  }).toThrow('stumbled')
  const inside: number[] = []
  gate.enter(() => inside.push(1))
  gate.enter(() => inside.push(2))
  expect(inside).toEqual([1])
  gate.leave()
  expect(inside).toEqual([1, 2])
})
