import { expect, test } from 'vitest'
import { Frame, FrameList } from '../../../src/testing/frame-list.js'

const frame = (text: string): Frame<string> => new Frame(text, (given) => given)

test('frames are kept in order up to the cap; the oldest go first and are counted', () => {
  const list = new FrameList<string>(3)
  for (const text of ['a', 'b', 'c', 'd', 'e']) list.add(frame(text))
  expect(list.all().map(({ message }) => message)).toEqual(['c', 'd', 'e'])
  expect(list.forgotten).toBe(2)
})

test('large frames count by their size', () => {
  const list = new FrameList<string>(100)
  for (let index = 0; index < 5; index += 1) list.add(frame(String(index).repeat(10 * 1024 * 1024)))
  expect(list.all()).toHaveLength(3)
  expect(list.forgotten).toBe(2)
})

test('with a capacity of zero nothing is kept', () => {
  const list = new FrameList<string>(0)
  list.add(frame('a'))
  expect(list.all()).toEqual([])
  expect(list.forgotten).toBe(1)
})

test('a frame is decoded once, when it is first read', () => {
  let decoded = 0
  const one = new Frame('x', () => (decoded += 1))
  expect(decoded).toBe(0)
  expect([one.message, one.message]).toEqual([1, 1])
})
