import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describe, messageOf } from '../../../../src/std/text/describe.js'
import { hostileValues } from '../../../kit/hostile-values.js'

test.each([
  [null, 'null'],
  [undefined, 'undefined'],
  ['', 'an empty string'],
  ['short', 'the string "short"'],
  [42, '42'],
  [NaN, 'NaN'],
  [true, 'true'],
  [1n, 'a BigInt'],
  [Symbol('secret'), 'a symbol'],
  [() => 1, 'a function'],
  [[1, 2], 'an array of 2'],
  [{}, 'an object'],
])('it describes %s', (value, text) => {
  expect(describe(value)).toBe(text)
})

test('it shows no more than the beginning of a string', () => {
  expect(describe('s3cret'.repeat(100)).length).toBeLessThan(60)
})

test('it never throws for any value', () => {
  for (const { value } of hostileValues()) expect(typeof describe(value)).toBe('string')
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withObjectString: true }), (value) => {
      expect(describe(value)).not.toBe('')
    }),
  )
})

test('the message of any thrown value is a string', () => {
  expect(messageOf(new Error('plain'))).toBe('plain')
  expect(messageOf('text')).toBe('text')
  expect(messageOf({ message: 'carried' })).toBe('carried')
  expect(messageOf({ message: 5 })).toBe('an object')
  expect(messageOf(undefined)).toBe('undefined')
  for (const { value } of hostileValues()) expect(typeof messageOf(value)).toBe('string')
})
