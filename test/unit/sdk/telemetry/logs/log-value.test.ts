import { expect, test } from 'vitest'
import { toLogValue } from '../../../../../src/sdk/telemetry/logs/log-value.js'

test('plain data stays as it is', () => {
  const data = { a: 1, b: 'x', c: true, d: null, e: [1.5, { f: 'g' }] }
  expect(toLogValue(data)).toEqual(data)
})

test('an error keeps its name, message, stack, cause and own fields', () => {
  const error = Object.assign(new TypeError('bad', { cause: new Error('root') }), { code: 'E1', count: 2 })
  expect(toLogValue({ err: error })).toMatchObject({
    err: { name: 'TypeError', message: 'bad', code: 'E1', count: 2, stack: error.stack, cause: { message: 'root' } },
  })
})

test('values without a JSON form become readable text', () => {
  const date = new Date(0)
  const value = {
    big: 10n,
    huge: 1e300,
    date,
    map: new Map([['k', 1]]),
    set: new Set([1]),
    gone: undefined,
    fn: Math.abs,
  }
  expect(toLogValue(value)).toEqual({
    big: '10', huge: '1e+300', date: '1970-01-01T00:00:00.000Z', map: { k: 1 }, set: [1], fn: String(Math.abs),
  }) // prettier-ignore
})

test('cycles and depth are cut, and a getter that throws loses its object only', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  expect(toLogValue(cyclic)).toEqual({ self: '[Circular]' })
  let deep: unknown = 'end'
  for (let i = 0; i < 10_000; i += 1) deep = [deep]
  expect(JSON.stringify(toLogValue(deep))).toContain('[Too deep]')
  const throwing = Object.defineProperty({}, 'x', { enumerable: true, get: () => { throw new Error('no') } }) // prettier-ignore
  expect(toLogValue({ throwing, ok: 1 })).toEqual({ throwing: '[unreadable]', ok: 1 })
})
