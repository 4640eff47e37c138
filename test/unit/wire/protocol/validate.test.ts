import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  action,
  errorBody,
  findMismatch,
  isRecord,
  isUuid,
  json,
  optional,
  optionalJson,
  string,
} from '../../../../src/wire/protocol/validate.js'

test('a UUID is recognised in either case, and nothing else is', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      expect([isUuid(uuid), isUuid(uuid.toUpperCase())]).toEqual([true, true])
      expect([isUuid(`${uuid} `), isUuid(uuid.slice(1)), isUuid(uuid.replaceAll('-', '_')), isUuid([uuid])]).toEqual([
        false,
        false,
        false,
        false,
      ])
    }),
  )
})

test('an object is a record; arrays, null and scalars are not', () => {
  expect([{}, Object.create(null), new Date()].map(isRecord)).toEqual([true, true, true])
  expect([[], null, undefined, 'x', 5].map(isRecord)).toEqual([false, false, false, false, false])
})

test('a required JSON member needs a value that JSON has a form for', () => {
  const accepted = [null, 0, '', [], {}, new Date(), { toJSON: () => null }]
  const refused = [undefined, () => 1, Symbol('s'), { toJSON: () => undefined }]

  expect(accepted.map(json.accepts)).toEqual(accepted.map(() => true))
  expect(refused.map(json.accepts)).toEqual(refused.map(() => false))
})

test('an action is void or names a queue', () => {
  expect([{ type: 'void' }, { type: 'enqueue', queue: 'q' }].map(action.accepts)).toEqual([true, true])
  expect([{ type: 'enqueue' }, { type: 'later' }, {}, 'void', null].map(action.accepts)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ])
})

test('an error needs code and message', () => {
  expect(
    [
      { code: '', message: '' },
      { code: 'a', message: 'b', stacktrace: 1 },
    ].map(errorBody.accepts),
  ).toEqual([true, true])
  expect([{ code: 'a' }, { message: 'b' }, 'text'].map(errorBody.accepts)).toEqual([false, false, false])
})

test('an error names the first invalid member and the received value', () => {
  const shape = Object.entries({ id: string, note: optional(string), any: optionalJson })

  expect(findMismatch(shape, { id: 'x' })).toBeUndefined()
  expect(findMismatch(shape, { id: 'x', note: 5 })).toBe('member `note` must be a string, got 5')
  expect(findMismatch(shape, { note: 'x' })).toBe('member `id` must be a string, got undefined')
})

test('nulls of optional members are dropped when reading and kept when writing', () => {
  const shape = Object.entries({ note: optional(string) })
  const read: Record<string, unknown> = { note: null }
  const written: Record<string, unknown> = { note: null }
  findMismatch(shape, read)
  findMismatch(shape, written, 'keep')

  expect([read, written]).toEqual([{ note: undefined }, { note: null }])
})
