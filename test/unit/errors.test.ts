import { expect, test, vi } from 'vitest'
import * as errors from '../../src/errors.js'
import { hostileValues } from '../kit/hostile-values.js'

const { IIIError, InvocationError, NotConnectedError, RegistrationRejectedError, RemoteError, RuntimeError } = errors
const { HandlerError, SerdeError, TimeoutError, WebSocketError, ErrorCode } = errors

async function secondCopy(): Promise<typeof errors> {
  vi.resetModules()
  return import('../../src/errors.js')
}

function oneOfEach(from: typeof errors): errors.IIIError[] {
  const init = { code: 'X', message: 'y' }
  return [
    new from.InvocationError(init),
    new from.RemoteError(init),
    new from.TimeoutError(init),
    new from.NotConnectedError('X', 'y', { outcome: 'unknown' }),
    new from.RuntimeError('X', 'y'),
    new from.HandlerError('X', 'y'),
    new from.SerdeError('X', 'y'),
    new from.WebSocketError('X', 'y'),
    new from.RegistrationRejectedError({ code: 'X', namespace: 'n', owner_worker_id: 'o' }),
  ]
}

const names = [
  'IIIError',
  'InvocationError',
  'RemoteError',
  'TimeoutError',
  'NotConnectedError',
  'RuntimeError',
  'HandlerError',
  'SerdeError',
  'WebSocketError',
  'RegistrationRejectedError',
] as const

test('instanceof answers the same for errors of another copy of the package, for every pair of classes', async () => {
  const other = await secondCopy()
  expect(other.InvocationError).not.toBe(InvocationError)
  const own = oneOfEach(errors)
  const foreign = oneOfEach(other)
  const lines = (all: errors.IIIError[], from: typeof errors): boolean[][] =>
    all.map((error) => names.map((name) => error instanceof from[name]))

  expect(lines(foreign, errors)).toEqual(lines(own, errors))
  expect(lines(own, other)).toEqual(lines(foreign, other))
  expect(lines(own, other)).toEqual(lines(own, errors))
})

test('each error is an instance of its own class hierarchy only', () => {
  const lines = oneOfEach(errors).map((error) => names.filter((name) => error instanceof errors[name]))

  expect(lines).toEqual([
    ['IIIError', 'InvocationError'],
    ['IIIError', 'InvocationError', 'RemoteError'],
    ['IIIError', 'InvocationError', 'TimeoutError'],
    ...names.slice(4).map((name) => ['IIIError', name]),
  ])
})

test('a subclass made by a user recognises its own instances only', async () => {
  class OrderError extends RemoteError {}
  class PaidError extends OrderError {}
  const paid = new PaidError({ code: 'PAID', message: 'twice' })
  const other = await secondCopy()

  expect(paid).toBeInstanceOf(PaidError)
  expect(paid).toBeInstanceOf(OrderError)
  expect(paid).toBeInstanceOf(RemoteError)
  expect(paid).toBeInstanceOf(other.RemoteError)
  expect(paid).toBeInstanceOf(Error)
  expect(paid instanceof TimeoutError).toBe(false)
  expect(new RemoteError({ code: 'PAID', message: 'twice' }) instanceof OrderError).toBe(false)
  expect(new OrderError({ code: 'PAID', message: 'twice' }) instanceof PaidError).toBe(false)
})

test('values that are not errors of this package are not recognised as such', () => {
  for (const { name, value } of hostileValues()) {
    if (name.startsWith('an impostor of') || name.includes('proxy')) continue
    expect({ name, is: (value as object) instanceof IIIError }).toEqual({ name, is: false })
  }
})

test('an invocation error has the name, message and members that existing code reads', () => {
  const error = new InvocationError({ code: 'X', message: 'y', function_id: 'f', stacktrace: 'at z' })

  expect(error.name).toBe('InvocationError')
  expect(error.message).toBe('X: y')
  expect(Object.fromEntries(Object.entries(error))).toEqual({
    kind: 'Remote',
    code: 'X',
    detail: 'y',
    function_id: 'f',
    stacktrace: 'at z',
    name: 'InvocationError',
  })
  expect(new RemoteError({ code: 'X', message: 'y' }).name).toBe('InvocationError')
  expect(new TimeoutError({ code: 'TIMEOUT', message: 'y' })).toMatchObject({
    name: 'InvocationError',
    kind: 'Timeout',
  })
})

test('each class has its kind', () => {
  expect(oneOfEach(errors).map(({ kind }) => kind)).toEqual([
    'Remote',
    'Remote',
    'Timeout',
    'NotConnected',
    'Runtime',
    'Handler',
    'Serde',
    'WebSocket',
    'RegistrationRejected',
  ])
})

test('members that were not given are absent, not undefined', () => {
  expect(Object.keys(new InvocationError({ code: 'X', message: 'y' }))).not.toContain('stacktrace')
  expect(Object.keys(new WebSocketError('X', 'y'))).not.toContain('status')
  expect(new WebSocketError('X', 'y', { status: 401, closeCode: 1006 })).toMatchObject({ status: 401, closeCode: 1006 })
})

test('causes are kept', () => {
  const cause = new Error('root')
  expect(new RuntimeError('X', 'y', { cause }).cause).toBe(cause)
  expect(new HandlerError('X', 'y', { cause }).cause).toBe(cause)
  expect(new SerdeError('X', 'y', { cause }).cause).toBe(cause)
  expect(new NotConnectedError('X', 'y', { cause, outcome: 'not_sent' })).toMatchObject({ cause, outcome: 'not_sent' })
})

test('a rejection names the owner of a name, or that it is reserved', () => {
  const worker = new RegistrationRejectedError({ code: 'C', namespace: 'n', worker_name: 'w', owner_worker_id: 'o' })
  const reserved = new RegistrationRejectedError({
    code: 'C',
    namespace: 'n',
    function_id: 'engine::x',
    owner_worker_id: '',
  })

  expect(worker.message).toBe("C: worker name 'w' is owned by worker o in namespace 'n'")
  expect(reserved.message).toBe("C: function 'engine::x' is reserved in namespace 'n'")
})

test('the value of every code equals its key', () => {
  for (const [name, code] of Object.entries(ErrorCode)) expect(code).toBe(name)
})
