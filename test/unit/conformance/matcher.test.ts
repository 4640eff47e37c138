import { expect, test } from 'vitest'
import { compare, fits } from '../../conformance/matcher.js'

const UUID = '1b671a64-40d5-491e-99b0-da01ff1f3341'

test('An object needs exactly the keys of its pattern, at any depth', () => {
  expect(fits({ a: { b: [1, 'x', null] } }, { a: { b: [1, 'x', null] } })).toBe(true)
  expect(fits({ a: {} }, { a: { b: 1 } })).toBe(false)
  expect(fits({ a: 1, b: 2 }, { a: 1 })).toBe(false)
  expect(fits({ a: null }, {})).toBe(false)
  expect(fits([1], [1, 2])).toBe(false)
  expect(fits({}, [])).toBe(false)
  expect(fits(1, '1')).toBe(false)
})

test('A difference names its path, the expected and the actual value', () => {
  expect(compare({ a: [{ b: 1 }], c: 2 }, { a: [{ b: 'one' }], d: 3 }).differences).toEqual([
    { path: '$.a[0].b', expected: '1', got: '"one"' },
    { path: '$.c', expected: '2', got: 'missing key' },
    { path: '$.d', expected: 'no such key', got: '3' },
  ])
})

test.each([
  [{ $m: 'any' }, null, true],
  [{ $m: 'uuid' }, UUID, true],
  [{ $m: 'uuid' }, UUID.toUpperCase(), false],
  [{ $m: 'uuid' }, 'x', false],
  [{ $m: 'bool' }, false, true],
  [{ $m: 'bool' }, 0, false],
  [{ $m: 'object' }, {}, true],
  [{ $m: 'object' }, [], false],
  [{ $m: 'number' }, 0, true],
  [{ $m: 'number', min: 1 }, 0, false],
  [{ $m: 'number', max: 1 }, 2, false],
  [{ $m: 'number' }, '0', false],
  [{ $m: 'string' }, '', true],
  [{ $m: 'string', min: 1 }, '', false],
  [{ $m: 'regex', re: '^a+$' }, 'aa', true],
  [{ $m: 'regex', re: '^a+$' }, 'AA', false],
  [{ $m: 'regex', re: '^a+$', flags: 'i' }, 'AA', true],
  [{ $m: 'regex', re: '1' }, 1, false],
  [{ $m: 'array', len: 2 }, [1], false],
  [{ $m: 'array', min: 1, max: 2 }, [1, 2], true],
  [{ $m: 'array', min: 1 }, [], false],
  [{ $m: 'array', max: 1 }, [1, 2], false],
  [{ $m: 'array', of: { $m: 'number' } }, [1, 'x'], false],
  [{ $m: 'open', keys: { a: 1 } }, { a: 1, b: 2 }, true],
  [{ $m: 'open', keys: { a: 1 } }, { b: 2 }, false],
  [{ $m: 'open' }, 'text', false],
  [{ $m: 'contains', items: [2, 1] }, [1, 2, 3], true],
  [{ $m: 'contains', items: [4] }, [1, 2, 3], false],
  [{ $m: 'contains', items: [1], not: [3] }, [1, 2, 3], false],
  [{ $m: 'contains', items: [1], not: [null] }, [1, null], false],
  [{ $m: 'unordered', items: [2, 1] }, [1, 2], true],
  [{ $m: 'unordered', items: [1, 1] }, [1, 2], false],
  [{ $m: 'unordered', items: [1] }, [1, 2], false],
  [{ $m: 'oneOf', of: [1, { $m: 'string' }] }, 'x', true],
  [{ $m: 'oneOf', of: [1, { $m: 'string' }] }, null, false],
  [{ $m: 'literal', value: { $m: 'any' } }, { $m: 'any' }, true],
  [{ $m: 'literal', value: { $m: 'any' } }, 1, false],
  [{ a: { $m: 'optional', of: 1 } }, {}, true],
  [{ a: { $m: 'optional', of: 1 } }, { a: 1 }, true],
  [{ a: { $m: 'optional', of: 1 } }, { a: 2 }, false],
  [{ a: { $m: 'absent' } }, {}, true],
  [{ a: { $m: 'absent' } }, { a: null }, false],
])('%j and %j: %s', (pattern, actual, expected) => {
  expect(fits(pattern, actual)).toBe(expected)
})

test('Matchers capture what they have matched, inside lists too', () => {
  const pattern = {
    id: { $m: 'uuid', as: 'id' },
    rows: { $m: 'contains', items: [{ name: 'x', at: { $m: 'number', as: 'at' } }] },
  }
  const { differences, captures } = compare(pattern, {
    id: UUID,
    rows: [
      { name: 'y', at: 1 },
      { name: 'x', at: 2 },
    ],
  })
  expect(differences).toEqual([])
  expect(Object.fromEntries(captures)).toEqual({ id: UUID, at: 2 })
})

test('When an entry is missing, the error compares the nearest one', () => {
  const { differences } = compare({ $m: 'contains', items: [{ a: 1, b: 2 }] }, [{ x: 0 }, { a: 1, b: 3 }])
  expect(differences.at(-1)).toEqual({ path: '$[~].b', expected: '2', got: '3' })
})

test('An unknown matcher is an error of the scenario, not a difference', () => {
  expect(() => fits({ $m: 'sometimes' }, 1)).toThrow('no such matcher: sometimes')
  expect(() => fits({ $m: 'optional', of: 1 }, 1)).toThrow('value of a key only')
})
