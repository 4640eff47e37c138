import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileGlob, globIn } from '../../../../src/engine/access/glob.js'

test('a pattern accepts exactly what the same pattern as a regular expression accepts', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '.', '*'), maxLength: 8 })
  fc.assert(
    fc.property(text, text, (pattern, candidate) => {
      const escaped = pattern.replace(/[.]/g, '\\.').replaceAll('*', '[^]*')
      expect(compileGlob(pattern)(candidate)).toBe(new RegExp(`^${escaped}$`).test(candidate))
    }),
    { numRuns: 5000 },
  )
})

test('a hostile pattern is matched in time proportional to its text', () => {
  const matches = compileGlob(`${'*a'.repeat(2000)}*b`)
  expect(matches('a'.repeat(100_000))).toBe(false)
})

test.each([
  ['match("a::*")', 'a::*'],
  [" match('x') ", 'x'],
  ['match(x)', undefined],
  ['match("a', undefined],
  ['a::*', undefined],
])('the pattern in %s is %s', (text, pattern) => {
  expect(globIn(text)).toBe(pattern)
})
