import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  headersOf,
  queryParamsOf,
  splitTarget,
} from '../../../../../../src/engine/builtins/http/request/request-payload.js'

const AWKWARD_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'a', 'b c', 'é', '%', '+', '&=']

test.each([
  ['', {}],
  ['a=1&a=2&b=', { a: '2', b: '' }],
  ['x=2&y=%20z&w=+v', { x: '2', y: ' z', w: ' v' }],
  ['a', { a: '' }],
  ['=1', { '': '1' }],
  ['a=b=c', { a: 'b=c' }],
  ['a=%', { a: '%' }],
  ['a=%zz', { a: '%zz' }],
  ['a=%FF', { a: '\uFFFD' }],
  ['&&', {}],
  ['a[]=1&a[]=2', { 'a[]': '2' }],
  ['__proto__=x', JSON.parse('{"__proto__":"x"}')],
])('the query %j is read as %j', (query, params: unknown) => {
  expect(queryParamsOf(query)).toEqual(params)
})

test('of any query, each name keeps its last value, and none becomes a prototype', () => {
  const name = fc.oneof(fc.constantFrom(...AWKWARD_NAMES), fc.string({ unit: 'grapheme' }))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' }))), (pairs) => {
      const query = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
      const model = new Map(pairs)
      const params = queryParamsOf(query)
      expect(new Map(Object.entries(params))).toEqual(model)
      expect(Object.getPrototypeOf(params)).toBe(Object.prototype)
    }),
  )
})

test('no query makes the reader throw', () => {
  const unit = fc.constantFrom('%', 'a', 'F', '0', '=', '&', '+', ';', '#', '\u0000', '\ud800', 'é', '😀')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (query) => {
      expect(typeof queryParamsOf(query)).toBe('object')
    }),
  )
})

test('of any list of headers, each lower-case name keeps its last value', () => {
  const name = fc.oneof(fc.constantFrom('__proto__', 'Cookie', 'COOKIE', 'x-a', 'X-A', 'constructor'), fc.string())
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
      const model = new Map(pairs.map(([key, value]) => [key.toLowerCase(), value]))
      const headers = headersOf(pairs.flat())
      expect(new Map(Object.entries(headers))).toEqual(model)
      expect(Object.getPrototypeOf(headers)).toBe(Object.prototype)
    }),
  )
})

test.each([
  ['/a/b?c=d', '/a/b', 'c=d'],
  ['/a?b?c', '/a', 'b?c'],
  ['/a', '/a', ''],
  ['/?', '/', ''],
  ['*', '/*', ''],
  ['', '/', ''],
  ['//host/a', '//host/a', ''],
  ['/a#b?c', '/a', ''],
  ['http://host:1/a?b', '/a', 'b'],
  ['HTTP://host', '/', ''],
  ['http://host?a=1', '/', 'a=1'],
  ['/a?u=http://host/x', '/a', 'u=http://host/x'],
])('the address %j has the path %j and the query %j', (url, path, query) => {
  expect(splitTarget(url)).toEqual({ path, query })
})
