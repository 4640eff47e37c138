import { expect, test } from 'vitest'
import {
  HandlerError,
  InvocationError,
  RemoteError,
  RuntimeError,
  SerdeError,
  TimeoutError,
} from '../../../../src/errors.js'
import { isErrorBody, readErrorBody, toErrorBody } from '../../../../src/wire/protocol/error-body.js'
import { hostileValues } from '../../../kit/hostile-values.js'

test('an invocation error keeps its code and message, and sends a stack only when it came with one', () => {
  expect(toErrorBody(new InvocationError({ code: 'MINE', message: 'no' }))).toEqual({ code: 'MINE', message: 'no' })
  expect(toErrorBody(new RemoteError({ code: 'MINE', message: 'no', stacktrace: 'at f' }))).toEqual({
    code: 'MINE',
    message: 'no',
    stacktrace: 'at f',
  })
  expect(toErrorBody(new TimeoutError({ code: 'TIMEOUT', message: 'late' }))).toEqual({
    code: 'TIMEOUT',
    message: 'late',
  })
})

test('other errors become invocation_failed with message and stack', () => {
  const plain = new TypeError('not a number')

  expect(toErrorBody(plain)).toEqual({ code: 'invocation_failed', message: 'not a number', stacktrace: plain.stack })
  expect(toErrorBody(new RuntimeError('INVALID_ARGUMENT', 'x')).code).toBe('invocation_failed')
  expect(toErrorBody(new HandlerError('OWN', 'x')).code).toBe('invocation_failed')
})

test('a value that cannot be serialised keeps its error code', () => {
  expect(toErrorBody(new SerdeError('serialization_error', 'BigInt'))).toEqual({
    code: 'serialization_error',
    message: 'BigInt',
  })
})

test.each([
  ['text', 'text'],
  ['', ''],
  [{ message: 'carried' }, 'carried'],
  [undefined, 'The handler threw undefined'],
  [null, 'The handler threw null'],
  [42, 'The handler threw 42'],
  [{ code: 5 }, 'The handler threw an object'],
])('a thrown %j has a message', (thrown, message) => {
  expect(toErrorBody(thrown)).toEqual({ code: 'invocation_failed', message })
})

test('code and message are strings, whatever is thrown', () => {
  for (const { name, value } of hostileValues()) {
    const body = toErrorBody(value)
    expect({ name, kinds: [typeof body.code, typeof body.message, typeof (body.stacktrace ?? '')] }).toEqual({
      name,
      kinds: ['string', 'string', 'string'],
    })
  }
})

test('an error object is recognised by its two strings', () => {
  expect(isErrorBody({ code: 'a', message: 'b' })).toBe(true)
  expect(isErrorBody({ code: 'a', message: 'b', stacktrace: 'c' })).toBe(true)
  expect(isErrorBody({ code: 'a', message: 'b', stacktrace: 5 })).toBe(false)
  expect(isErrorBody({ code: 'a' })).toBe(false)
  expect(isErrorBody(new Error('no code'))).toBe(false)
  expect(isErrorBody(Object.assign(new Error('with'), { code: 'E' }))).toBe(true)
  expect(isErrorBody([])).toBe(false)
  expect(isErrorBody(null)).toBe(false)
})

test('reading an error object keeps code and message, whatever its other members are', () => {
  expect(readErrorBody({ code: 'a', message: 'b', stacktrace: null, function_id: 'x' })).toEqual({
    code: 'a',
    message: 'b',
  })
  expect(readErrorBody({ code: 'a', message: 'b', stacktrace: 'c' })).toEqual({
    code: 'a',
    message: 'b',
    stacktrace: 'c',
  })
  expect(readErrorBody({ code: 5, message: 'b' })).toBeUndefined()
  expect(readErrorBody('text')).toBeUndefined()
})
