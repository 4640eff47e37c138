import { expect, test } from 'vitest'
import { cleanText, identityOf, unknownWorker } from '../../../../src/engine/registry/worker-identity.js'

test.each([
  [undefined, undefined],
  ['', undefined],
  [' \t\n', undefined],
  ['  orders  ', 'orders'],
  ['a\tb\u0007c\nd', 'abcd'],
  ['safe\u202etxt\u2066\u200f', 'safetxt'],
  ['x'.repeat(300), 'x'.repeat(280)],
  ['😀'.repeat(300), '😀'.repeat(280)],
])('%j is shown as %j', (text, expected) => {
  expect(cleanText(text)).toBe(expected)
})

test('a very long name is not read to its end', () => {
  expect(cleanText('\u0000'.repeat(10_000_000))).toBeUndefined()
})

test('missing members have default values', () => {
  expect(identityOf({ name: 'n', telemetry: { framework: 5 } }, unknownWorker)).toEqual({
    name: 'n',
    runtime: 'unknown',
    version: undefined,
    os: undefined,
    description: undefined,
    isolation: undefined,
    pid: undefined,
    framework: undefined,
  })
})
