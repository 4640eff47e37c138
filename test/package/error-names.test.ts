import { createRequire } from 'node:module'
import { expect, test } from 'vitest'

const require = createRequire(import.meta.url)

const names = [
  'HandlerError',
  'IIIError',
  'InvocationError',
  'NotConnectedError',
  'RegistrationRejectedError',
  'RemoteError',
  'RuntimeError',
  'SerdeError',
  'TimeoutError',
  'WebSocketError',
]

type ErrorClass = new (...args: unknown[]) => Error
type Exports = Record<string, ErrorClass>

const formats: [string, () => Promise<Exports>][] = [
  ['ESM', () => import(new URL('../../dist/errors.js', import.meta.url).href) as Promise<Exports>],
  ['CommonJS', () => Promise.resolve(require('../../dist/errors.cjs') as Exports)],
]

test.each(formats)('classes and errors of the built package have their own names (%s)', async (_format, load) => {
  const exports = await load()
  expect(names.map((name) => exports[name]!.name)).toEqual(names)
  const error = new exports['NotConnectedError']!('X', 'y', { outcome: 'unknown' })
  class OfAUser extends exports['RuntimeError']! {}

  expect(error.name).toBe('NotConnectedError')
  expect(String(error)).toBe('NotConnectedError: y')
  expect(new OfAUser('X', 'y').name).toBe('OfAUser')
  expect(new exports['InvocationError']!({ code: 'X', message: 'y' }).name).toBe('InvocationError')
})

test('an error of one format is an instance of the other', async () => {
  const [esm, cjs] = await Promise.all(formats.map(([, load]) => load()))
  const error = new cjs!['RemoteError']!({ code: 'X', message: 'y' })

  expect(error).toBeInstanceOf(esm!['InvocationError'])
  expect(new esm!['SerdeError']!('X', 'y')).toBeInstanceOf(cjs!['IIIError'])
  expect(error instanceof esm!['SerdeError']!).toBe(false)
})
