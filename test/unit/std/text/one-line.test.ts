import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oneLine } from '../../../../src/std/text/one-line.js'

test.each([
  ['two\nlines\r\n', String.raw`two\nlines\r\n`],
  ['\u001b[31mred', String.raw`\u001b[31mred`],
  ['\u009b31mred', String.raw`\u009b31mred`],
  ['bell\u0007 and \u007f', String.raw`bell\u0007 and \u007f`],
  ['a\u2028b\u2029c', String.raw`a\u2028b\u2029c`],
  ['\u202Eexe.txt', String.raw`\u202eexe.txt`],
  ['Grüße, 日本 😀', 'Grüße, 日本 😀'],
])('%j is shown as %s', (text, shown) => {
  expect(oneLine(text)).toBe(shown)
})

test('no text keeps characters that a terminal acts on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
    }),
  )
})

test('a long text is cut and its length is appended', () => {
  expect(oneLine('x'.repeat(8_192))).toHaveLength(8_192)
  expect(oneLine('x'.repeat(100_000))).toMatch(/^x{8192}… \(100000 characters\)$/)
})
