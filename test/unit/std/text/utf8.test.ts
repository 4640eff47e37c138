import { expect, test } from 'vitest'
import { utf8Length } from '../../../../src/std/text/utf8.js'

test.each([
  '',
  'plain',
  'é',
  'plain é',
  '好',
  '👍',
  'a👍',
  '\ud83d',
  'a\ud83d',
  '\udc4d',
  '\ud83d\ud83d\udc4d',
  'é\u0080\u07ff\u0800',
])('the length of %j is that of its bytes', (text) => {
  expect(utf8Length(text)).toBe(Buffer.byteLength(text))
})
