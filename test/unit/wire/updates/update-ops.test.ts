import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvocationError } from '../../../../src/errors.js'
import type { JsonValue } from '../../../../src/wire/protocol/validate.js'
import { parseUpdateOps } from '../../../../src/wire/updates/update-op.js'
import { applyUpdateOps } from '../../../../src/wire/updates/update-ops.js'
import { modelUpdate, type ModelOp } from '../../../kit/update-ops-model.js'

function update(current: JsonValue | undefined, ...ops: readonly unknown[]) {
  const { value, errors } = applyUpdateOps(current, parseUpdateOps('state::update', ops))
  return { value, errors: errors.map(({ op_index, code }) => `${op_index} ${code}`) }
}

const nested = (depth: number, inner: unknown = 1): unknown =>
  Array.from({ length: depth }).reduce((value) => ({ a: value }), inner)

test('a path of set, increment, decrement and remove is one literal key, dots included', () => {
  expect(update({ a: { b: 1 } }, { type: 'set', path: 'a.b', value: 2 }).value).toEqual({ a: { b: 1 }, 'a.b': 2 })
  expect(update({ 'a.b': 1 }, { type: 'increment', path: 'a.b', by: 2 }).value).toEqual({ 'a.b': 3 })
  expect(update({ 'a.b': 1 }, { type: 'remove', path: 'a.b' }).value).toEqual({})
  expect(update({}, { type: 'append', path: 'a.b', value: 'x' }).value).toEqual({ 'a.b': 'x' })
})

test('a missing value starts as an empty object, and as the operand itself at the root', () => {
  expect(update(undefined).value).toEqual({})
  expect(update(undefined, { type: 'remove', path: 'a' }).value).toEqual({})
  expect(update(undefined, { type: 'increment', path: '', by: 4 }, { type: 'increment', path: '', by: 1 }).value).toBe(
    5,
  )
  expect(update(undefined, { type: 'append', value: 'x' }).value).toBe('x')
  expect(update(undefined, { type: 'append', value: 1 }).value).toEqual([1])
})

test('merge is shallow at its path, and replaces values on the path that are not objects', () => {
  expect(update({ a: { x: 1 } }, { type: 'merge', value: { a: { y: 2 } } }).value).toEqual({ a: { y: 2 } })
  expect(update({ a: 5 }, { type: 'merge', path: ['a', 'b'], value: { c: 1 } }).value).toEqual({ a: { b: { c: 1 } } })
  expect(update(7, { type: 'merge', path: 'a', value: { c: 1 } }).value).toEqual({ a: { c: 1 } })
})

test('a merge into a root that is not an object is ignored without an error', () => {
  for (const root of [7, 'text', null, [1]]) {
    expect(update(root, { type: 'merge', value: { a: 1 } })).toEqual({ value: root, errors: [] })
  }
})

test('append creates, pushes or concatenates; through a nested path it always creates a list', () => {
  expect(update({}, { type: 'append', path: 'a', value: 'x' }).value).toEqual({ a: 'x' })
  expect(update({ a: 'x' }, { type: 'append', path: ['a'], value: 'y' }).value).toEqual({ a: 'xy' })
  expect(update({ a: null }, { type: 'append', path: 'a', value: { b: 1 } }).value).toEqual({ a: [{ b: 1 }] })
  expect(update({}, { type: 'append', path: ['a', 'b'], value: 'x' }).value).toEqual({ a: { b: ['x'] } })
  expect(update({ a: [1] }, { type: 'append', path: 'a', value: [2] }).value).toEqual({ a: [1, [2]] })
})

test('append does not write through a value that is not an object', () => {
  const value = { a: 5 }
  expect(update(value, { type: 'append', path: ['a', 'b'], value: 1 })).toEqual({
    value,
    errors: ['0 append.target_not_object'],
  })
})

test('a failing operation is skipped with its index, code and a message, and the others apply', () => {
  const ops = parseUpdateOps('state::update', [
    { type: 'increment', path: 'n', by: 1 },
    { type: 'increment', path: 'text', by: 1 },
    { type: 'remove', path: 'gone' },
  ])
  expect(applyUpdateOps({ n: 1, text: 'x' }, ops)).toEqual({
    value: { n: 2, text: 'x' },
    errors: [
      {
        op_index: 1,
        code: 'increment.not_number',
        message: "Expected number at path 'text', got string.",
        doc_url: expect.stringContaining('error-codes') as string,
      },
    ],
  })
})

test('every operation refuses paths past the limits, and accepts those at them', () => {
  const value = {}
  for (const type of ['merge', 'append']) {
    const code = (path: unknown): string[] => update({}, { type, path, value }).errors
    expect(code(Array(32).fill('k'))).toEqual([])
    expect(code(Array(33).fill('k'))).toEqual([`0 ${type}.path.too_deep`])
    expect(code(['a', ''])).toEqual([`0 ${type}.path.empty_segment`])
    expect(code(['a', 'prototype'])).toEqual([`0 ${type}.path.proto_polluted`])
  }
  for (const type of ['set', 'merge', 'increment', 'decrement', 'append', 'remove']) {
    const code = (path: unknown): string[] => update({}, { type, path, value, by: 1 }).errors
    expect(code('ü'.repeat(128))).toEqual([])
    expect(code(`${'ü'.repeat(128)}x`)).toEqual([`0 ${type}.path.segment_too_long`])
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      expect(code(key)).toEqual([`0 ${type}.path.proto_polluted`])
    }
  }
})

test('merge refuses values that are not objects, too deep, too wide or polluting', () => {
  const code = (value: unknown): string[] => update({}, { type: 'merge', value }).errors
  const wide = (keys: number): unknown => Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, 1]))
  expect(code([1])).toEqual(['0 merge.value.not_an_object'])
  expect(code(null)).toEqual(['0 merge.value.not_an_object'])
  expect(code(nested(16))).toEqual([])
  expect(code(nested(17))).toEqual(['0 merge.value.too_deep'])
  expect(code(nested(100_000))).toEqual(['0 merge.value.too_deep'])
  expect(code(wide(1024))).toEqual([])
  expect(code(wide(1025))).toEqual(['0 merge.value.too_many_keys'])
  expect(code(JSON.parse('{"a":[{"__proto__":{"polluted":true}}]}'))).toEqual(['0 merge.value.proto_polluted'])
  expect(code({ a: { constructor: 1 } })).toEqual(['0 merge.value.proto_polluted'])
})

test('keys that objects inherit are ordinary missing keys', () => {
  expect(update({}, { type: 'increment', path: 'toString', by: 1 }).value).toEqual({ toString: 1 })
  expect(update({}, { type: 'append', path: 'valueOf', value: 'x' }).value).toEqual({ valueOf: 'x' })
  expect(update({}, { type: 'merge', path: ['hasOwnProperty', 'x'], value: { y: 1 } }).value).toEqual({
    hasOwnProperty: { x: { y: 1 } },
  })
})

test('a stored value with a key named __proto__ keeps it as data', () => {
  const stored = JSON.parse('{"__proto__":{"polluted":true},"n":1}') as JsonValue
  const { value } = update(stored, { type: 'increment', path: 'n', by: 1 })
  expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true},"n":2}')
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

test('steps are 64-bit integers; any other value fails the whole call', () => {
  expect(update({ n: 2 ** 53 - 2 }, { type: 'increment', path: 'n', by: 1 }).value).toEqual({ n: 2 ** 53 - 1 })
  expect(update({ n: 1.5 }, { type: 'decrement', path: 'n', by: 3 }).value).toEqual({ n: -1.5 })
  expect(update(undefined, { type: 'decrement', path: '', by: 0 }).value).toBe(0)
  for (const by of [1.5, '1', null, undefined, 2 ** 63, -(2 ** 63) - 2048, Number.NaN]) {
    expect(() => update({}, { type: 'increment', path: 'n', by })).toThrow('64-bit integer')
  }
})

test('an invalid operation fails the whole call and is named in the error', () => {
  for (const op of [
    7,
    null,
    {},
    { type: 'explode', path: 'n' },
    { type: 'toString' },
    { type: 'set', value: 1 },
    { type: 'set', path: ['a'], value: 1 },
    { type: 'merge', path: 7, value: {} },
    { type: 'merge', path: ['a', 7], value: {} },
    { type: 'merge' },
    { type: 'append', path: 'a' },
    { type: 'remove' },
  ]) {
    const attempt = (): unknown => update({}, { type: 'set', path: 'a', value: 1 }, op)
    expect(attempt).toThrow(InvocationError)
    expect(attempt).toThrow(/deserialization_error: .*ops\[1\]/)
  }
})

test('neither the value nor the operations are changed, also when they share parts', () => {
  const shared: JsonValue = { list: [1] }
  const current: JsonValue = { a: shared, b: shared }
  const ops = [
    { type: 'set', path: 'c', value: shared },
    { type: 'append', path: ['a', 'list'], value: 2 },
    { type: 'append', path: ['c', 'list'], value: 3 },
    { type: 'merge', path: 'b', value: { list: 'gone' } },
  ]
  expect(update(current, ...ops).value).toEqual({ a: { list: [1, 2] }, b: { list: 'gone' }, c: { list: [1, 3] } })
  expect(shared).toEqual({ list: [1] })
})

test('many operations on one large list copy it once', () => {
  const ops = Array.from({ length: 20_000 }, (_, index) => ({ type: 'append', path: 'list', value: index }))
  const { value } = update({ list: Array(20_000).fill(0) }, ...ops)
  expect((value as { list: unknown[] }).list).toHaveLength(40_000)
})

const key = fc.constantFrom('a', 'b', 'c', 'a.b', 'toString')
const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, 0, 1, 2.5, 'text', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value
const keyPath = fc.oneof(
  fc.constant<string[]>([]),
  key.map((only) => [only]),
)
const anyPath = fc.array(key, { maxLength: 3 })
const by = fc.integer({ min: -5, max: 5 })
const anyOp: fc.Arbitrary<ModelOp> = fc.oneof(
  fc.record({ type: fc.constant('set' as const), path: keyPath, value: json }),
  fc.record({ type: fc.constant('merge' as const), path: anyPath, value: json }),
  fc.record({ type: fc.constantFrom('increment' as const, 'decrement' as const), path: keyPath, by }),
  fc.record({ type: fc.constant('append' as const), path: anyPath, value: json }),
  fc.record({ type: fc.constant('remove' as const), path: keyPath }),
)

/** How the operation is spelled on the wire. */
const spelled = ({ type, path, ...rest }: ModelOp): unknown => {
  const nests = type === 'merge' || type === 'append'
  return { type, path: nests && path.length !== 1 ? path : (path[0] ?? ''), ...rest }
}

test('any sequence of operations has the result of the model', () => {
  const runs = Number(process.env['PROPERTY_RUNS'] ?? 3000)
  fc.assert(
    fc.property(fc.option(json, { nil: undefined }), fc.array(anyOp, { maxLength: 8 }), (current, ops) => {
      const before = JSON.stringify({ current, ops })
      expect(update(current, ...ops.map(spelled))).toEqual(modelUpdate(current, ops))
      expect(JSON.stringify({ current, ops })).toBe(before)
    }),
    { numRuns: runs },
  )
})
