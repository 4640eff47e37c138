import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findJsonFault, hasLoneSurrogate, withoutLoneSurrogates } from '../../../../src/std/json/json-scan.js'

const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
const objects = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)

/** The same by way of the parsed value. */
function measured(value: unknown): { depth: number; nodes: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, nodes: 1 }
  const members = Object.values(value).map(measured)
  return {
    depth: 1 + Math.max(0, ...members.map(({ depth }) => depth)),
    nodes: 1 + members.reduce((sum, { nodes }) => sum + nodes, 0),
  }
}

test.each([lists, objects])('nesting is found at one level above the limit', (nested) => {
  expect(findJsonFault(nested(127), { maxDepth: 127 })).toBeUndefined()
  expect(findJsonFault(nested(128), { maxDepth: 127 })).toBe('too_deep')
  expect(findJsonFault(`[${'{},'.repeat(500)}${nested(127)}]`, { maxDepth: 127 })).toBe('too_deep')
})

test.each([
  ['brackets in strings', JSON.stringify(Array.from({ length: 100 }, () => '[[{{'))],
  ['siblings', `[${'[[]],'.repeat(500)}1]`],
  ['siblings with space between', `[${'[[]] , '.repeat(500)}1]`],
  ['strings that end in backslashes', `[${JSON.stringify(`${'['.repeat(300)}\\`)},[]]`],
])('%s do not count as nesting', (_what, text) => {
  expect(findJsonFault(text, { maxDepth: 4 })).toBeUndefined()
})

test('depth and values are counted as the parsed value has them', () => {
  const check = fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(0, 1, 2), (json, indent) => {
    const value: unknown = JSON.parse(json)
    const text = JSON.stringify(value, undefined, indent)
    const { depth, nodes } = measured(value)
    expect(findJsonFault(text, { maxDepth: depth, maxNodes: nodes })).toBeUndefined()
    if (depth > 0) expect(findJsonFault(text, { maxDepth: depth - 1 })).toBe('too_deep')
    expect(findJsonFault(text, { maxNodes: nodes - 1 })).toBe('too_many_nodes')
  })
  fc.assert(check, { numRuns: 2_000 })
})

test('a string ends at its quote, whatever it contains', () => {
  const check = fc.property(
    fc.array(fc.string({ unit: fc.constantFrom('"', '\\', '[', ',', 'x'.repeat(30), '\u2028'), maxLength: 60 })),
    (strings) => {
      const text = JSON.stringify(strings)
      expect(findJsonFault(text, { maxDepth: 1, maxNodes: strings.length + 1 })).toBeUndefined()
      expect(findJsonFault(text, { maxNodes: strings.length })).toBe('too_many_nodes')
    },
  )
  fc.assert(check, { numRuns: 2_000 })
})

test.each(['', '"', '"\\', '[[["', '}}}]', '\\', '{"a', '"\\u', '1e'])('%j is survived', (text) => {
  expect(findJsonFault(text, { maxDepth: 9, maxNodes: 99, strict: true })).toBeUndefined()
})

const digits = '9'.repeat(309)

test.each([
  digits,
  `${'9'.repeat(215)}e95`,
  ...[0, 1, 100, 308, 309].map((spaces) => `${' '.repeat(spaces)}-${digits}.5`),
  '1e309',
  '-1e309',
  '1E+400',
  '1.5e0999',
  `1${'0'.repeat(309)}`,
  '{"a":[0,1e999]}',
])('a strict reader refuses the number %s', (text) => {
  expect(findJsonFault(text, { strict: true })).toBe('number_out_of_range')
  expect(findJsonFault(text, {})).toBeUndefined()
})

test.each(['1e308', '5e-324', '1e-400', `1${'0'.repeat(308)}`, '"1e999"', '{"1e999":2}', '0e999'])(
  'a strict reader takes %s',
  (text) => {
    expect(findJsonFault(text, { strict: true })).toBeUndefined()
  },
)

test.each([
  '"\\ud800"',
  '"\\uDC00"',
  '"\\udc00\\ud800"',
  '"\\ud83d\\ud83d\\udc4d"',
  '{"\\uDBFF":1}',
  '"\\\\\\ud800"',
  '"\ud800"',
])('%s contains a lone surrogate', (text) => {
  expect(hasLoneSurrogate(text)).toBe(true)
  expect(findJsonFault(text, { strict: true })).toBe('lone_surrogate')
})

test.each(['"\\ud83d\\udc4d"', '"\\uD83D\\uDC4D"', '"\\\\ud800"', '"👍"', '"\\ud7ff"', '"\\ue000\\u0064"', '"ud800"'])(
  '%s contains no lone surrogate',
  (text) => {
    expect(hasLoneSurrogate(text)).toBe(false)
  },
)

/** Lone surrogates, pairs, and text that resembles their escapes. */
const unit = fc.constantFrom('\ud83d', '\udc4d', '👍', '\\', 'ud83d', '\\udc4d', 'u', 'é', '"', 'd800')

test('every lone surrogate becomes U+FFFD, and nothing else changes', () => {
  const check = fc.property(fc.string({ unit, maxLength: 20 }), (string) => {
    const text = withoutLoneSurrogates(JSON.stringify({ [string]: [string] }))
    const readable = Buffer.from(string).toString()
    expect(JSON.parse(text)).toEqual({ [readable]: [readable] })
    expect(hasLoneSurrogate(text)).toBe(false)
    expect(hasLoneSurrogate(JSON.stringify(string))).toBe(readable !== string)
  })
  fc.assert(check, { numRuns: 5_000 })
})

test('well-formed text is returned unchanged', () => {
  const text = JSON.stringify({ a: '👍', b: '\\u1234', c: '\\n' })
  expect(withoutLoneSurrogates(text)).toBe(text)
})
