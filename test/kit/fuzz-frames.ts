/** Frames to break an end with: transcripts that were mutated, and frames of the grammar that were broken. */
import fc from 'fast-check'
import { brokenMember, mutation, type WireMessage } from './wire-messages.js'

/** The messages that one end receives. */
export interface Speech {
  /** Messages recorded from real exchanges. */
  readonly transcript: readonly WireMessage[]
  /** Messages generated from the tables of the wire protocol. */
  readonly grammar: fc.Arbitrary<WireMessage>
}

/** Makes frames; the same seed makes the same ones. */
export function fuzzFrames({ transcript, grammar }: Speech): (seed: number, count: number) => string[] {
  const said = fc.constantFrom(...transcript)
  const text = (message: fc.Arbitrary<WireMessage>): fc.Arbitrary<string> => message.map((each) => JSON.stringify(each))
  const mutated = (message: fc.Arbitrary<WireMessage>): fc.Arbitrary<string> =>
    fc
      .tuple(text(message), fc.array(mutation, { maxLength: 4 }))
      .map(([whole, changes]) => changes.reduce((changed, change) => change(changed), whole))
  const frame = fc.oneof(
    { weight: 6, arbitrary: mutated(said) },
    { weight: 4, arbitrary: text(brokenMember(said)) },
    { weight: 2, arbitrary: text(said) },
    { weight: 2, arbitrary: mutated(grammar) },
    { weight: 2, arbitrary: text(brokenMember(grammar)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  )
  return (seed, numRuns) => fc.sample(frame, { seed, numRuns })
}

const WIDE = 1_000_000
const REFERENCE = '{"channel_id":"c","access_key":"k","direction":"read"}'

/** Values that are wide rather than deep: their members are more than the stack has room for arguments. */
export const wideValues: readonly (readonly [what: string, json: string])[] = [
  ['a list of a million scalars', list(WIDE, '1')],
  ['a list of 100,000 objects', list(WIDE / 10, '{}')],
  ['a list of 100,000 strings that name references', list(WIDE / 10, '"channel_id"')],
  ['an object of 100,000 members', `{${Array.from({ length: WIDE / 10 }, (_, at) => `"${at}":{}`).join(',')}}`],
  ['lists in lists', list(300, list(300, '[null]'))],
  ['a wide list beside references', `{"a":${list(WIDE / 5, 'true')},"b":${list(100, REFERENCE)}}`],
]

function list(length: number, item: string): string {
  return `[${Array.from({ length }, () => item).join(',')}]`
}
