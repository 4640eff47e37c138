import { expect, test } from 'vitest'
import { Unconfirmed } from '../../../../src/sdk/rpc/unconfirmed.js'

function noted(count: number): Unconfirmed {
  const unconfirmed = new Unconfirmed()
  for (let n = 0; n < count; n += 1) unconfirmed.note()
  return unconfirmed
}

test('frames written before a lost connection answered a ping are unconfirmed', () => {
  const unconfirmed = noted(3)
  unconfirmed.pinged()
  expect(unconfirmed.lostMessages).toBe(0)
  unconfirmed.lost()
  expect(unconfirmed.lostMessages).toBe(3)
})

test('an answered ping confirms the frames written before it, and none after', () => {
  const unconfirmed = noted(3)
  unconfirmed.pinged()
  unconfirmed.note()
  unconfirmed.ponged()
  unconfirmed.lost()
  expect(unconfirmed.lostMessages).toBe(1)
})

test('one answer to several pings confirms only frames written before the first', () => {
  const unconfirmed = noted(1)
  unconfirmed.pinged()
  unconfirmed.note()
  unconfirmed.pinged()
  unconfirmed.ponged()
  unconfirmed.ponged()
  unconfirmed.lost()
  expect(unconfirmed.lostMessages).toBe(1)
})

test('the count of a new link starts at zero, and the total grows', () => {
  const unconfirmed = noted(2)
  unconfirmed.pinged()
  unconfirmed.lost()
  unconfirmed.ponged()
  unconfirmed.note()
  unconfirmed.lost()
  expect(unconfirmed.lostMessages).toBe(3)
})
