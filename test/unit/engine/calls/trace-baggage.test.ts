import { expect, test } from 'vitest'
import { withFunctionId } from '../../../../src/engine/calls/trace-headers.js'

test.each([
  [undefined, 'a::b', 'iii.function.id=a::b'],
  ['', 'f', 'iii.function.id=f'],
  ['k=v', 'f', 'k=v,iii.function.id=f'],
  ['iii.function.id=old,k=v;p=1', 'f', 'k=v;p=1,iii.function.id=f'],
  [' iii.function.id =old , k=v', 'f', ' k=v,iii.function.id=f'],
  ['x-iii.function.id=kept', 'f', 'x-iii.function.id=kept,iii.function.id=f'],
  ['no baggage at all', 'f', 'iii.function.id=f'],
  ['=v, =w,k=v,a b=1,l\u0000=1,m=\u0001,n=', 'f', 'k=v,n=,iii.function.id=f'],
  [undefined, 'a b,c;d"é\\%', 'iii.function.id=a%20b%2Cc%3Bd%22%C3%A9%5C%25'],
])('to %s the function %s is added as %s', (baggage, functionId, expected) => {
  expect(withFunctionId(baggage, functionId)).toBe(expected)
})

test('an id with half a character does not throw', () => {
  expect(withFunctionId(undefined, 'a\ud800')).toBe('iii.function.id=a%EF%BF%BD')
})
