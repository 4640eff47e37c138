/** Arbitrary messages of the protocol, made from the tables that declare them. */
import fc from 'fast-check'
import { engineMessages, workerMessages, type MessageTable } from '../../src/wire/protocol/messages.js'
import type { Field } from '../../src/wire/protocol/validate.js'

/** Any value that survives a trip through JSON as it is. */
export const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('engine::workers::register'))

/** Values for each kind of field, by what the field says it expects. */
const byKind: Record<string, fc.Arbitrary<unknown>> = {
  'a string': text,
  'a UUID': fc.uuid(),
  'any JSON value': json,
  'an object': fc.dictionary(fc.string(), json),
  'an object with the strings `code` and `message`': fc.record(
    { code: text, message: text, stacktrace: text },
    { requiredKeys: ['code', 'message'] },
  ),
  '`{"type":"void"}` or `{"type":"enqueue","queue":"…"}`': fc.oneof(
    fc.constant({ type: 'void' }),
    fc.record({ type: fc.constant('enqueue'), queue: text }),
  ),
}

export interface WireMessage {
  readonly type: string
  readonly [member: string]: unknown
}

function messagesOf(table: MessageTable): fc.Arbitrary<WireMessage> {
  return fc.oneof(...Object.entries(table).map(([type, shape]) => messageOf(type, Object.entries(shape))))
}

function messageOf(type: string, members: [string, Field<unknown, boolean>][]): fc.Arbitrary<WireMessage> {
  const values = members.map(([key, field]): [string, fc.Arbitrary<unknown>] => {
    const kind = byKind[field.expected]
    if (kind === undefined) throw new Error(`No arbitrary for ${field.expected}`)
    // A null in an optional member means the same as its absence, so it does not come back as it went.
    return [key, field.optional ? kind.filter((value) => value !== null) : kind]
  })
  const requiredKeys = members.filter(([, field]) => !field.optional).map(([key]) => key)
  return fc.record(Object.fromEntries(values), { requiredKeys }).map((rest) => ({ type, ...rest }))
}

export const workerMessage = messagesOf(workerMessages)
export const engineMessage = messagesOf(engineMessages)

/** A change to the text of a frame: bytes lost, doubled, swapped, replaced, or the end cut off. */
export const mutation: fc.Arbitrary<(frame: string) => string> = fc
  .tuple(
    fc.constantFrom('cut', 'drop', 'double', 'replace', 'insert'),
    fc.nat(),
    fc.string({ minLength: 1, maxLength: 3 }),
  )
  .map(([how, where, noise]) => (frame) => {
    const at = frame.length === 0 ? 0 : where % frame.length
    switch (how) {
      case 'cut':
        return frame.slice(0, at)
      case 'drop':
        return frame.slice(0, at) + frame.slice(at + 1)
      case 'double':
        return frame.slice(0, at) + frame.slice(at).slice(0, 8) + frame.slice(at)
      case 'replace':
        return frame.slice(0, at) + noise + frame.slice(at + noise.length)
      case 'insert':
        return frame.slice(0, at) + noise + frame.slice(at)
    }
  })

/** A valid message with one member taken away or given a value of another kind. */
export function brokenMember(message: fc.Arbitrary<WireMessage>): fc.Arbitrary<WireMessage> {
  return fc.tuple(message, fc.nat(), fc.oneof(json, fc.constant(undefined))).map(([whole, which, value]) => {
    const keys = Object.keys(whole)
    return { ...whole, [keys[which % keys.length]!]: value }
  })
}
