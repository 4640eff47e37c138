import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonOutline } from '../../../../src/std/json/json-outline.js'
import { whyUnreadable } from '../../../kit/strict-reader.js'

const LIMITS = { maxDepth: 127, maxNodes: 1_000 }

function faultOf(text: string, characters: number): string | undefined {
  const outline = new JsonOutline(text, LIMITS)
  while (!outline.step(characters)) continue
  return outline.fault
}

/** Pieces of JSON text, good and bad, so that many texts are nearly readable. */
const piece = fc.constantFrom(
  '\\ud83d',
  '\\udc4d',
  '\\uD83D',
  '\\u0041',
  '\\\\',
  'ud83d',
  'é',
  '\\n',
  '1e309',
  'x'.repeat(40),
)
const number = fc.constantFrom(
  '1e308',
  '-1e309',
  '1e999',
  '0e999',
  '1.5',
  '9'.repeat(309),
  '9'.repeat(308),
  `${'9'.repeat(305)}e9`,
  `0.${'0'.repeat(305)}1e99`,
  '-0',
  '1e-999',
  '12345',
)
const scalar = fc.oneof(
  number,
  fc.array(piece, { maxLength: 5 }).map((pieces) => `"${pieces.join('')}"`),
)

test('a text is taken exactly when the real engine reads it, in pieces of any size', () => {
  const check = fc.property(
    fc.array(scalar, { maxLength: 4 }),
    fc.integer({ min: 1, max: 50 }),
    (scalars, characters) => {
      const text = `{"a":[${scalars.join(',')}]}`
      expect(faultOf(text, characters)).toBe(whyUnreadable(text) === undefined ? undefined : 'not_json')
    },
  )
  fc.assert(check, { numRuns: 5_000 })
})
