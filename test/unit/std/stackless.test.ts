import { expect, test } from 'vitest'
import { stackless } from '../../../src/std/stackless.js'

test('errors made during the work have no frames, later ones have them', () => {
  const inside = stackless(() => new Error('inside'))
  const after = new Error('after')

  expect(inside.stack).toBe('Error: inside')
  expect(after.stack).toContain('stackless.test')
})

test('the limit is restored when the work throws', () => {
  const limit = Error.stackTraceLimit
  expect(() =>
    stackless(() => {
      throw new RangeError('mine')
    }),
  ).toThrow('mine')

  expect(Error.stackTraceLimit).toBe(limit)
})

test('the work also runs where the limit cannot be changed', () => {
  const descriptor = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')!
  Object.defineProperty(Error, 'stackTraceLimit', { ...descriptor, writable: false })
  try {
    expect(stackless(() => 'done')).toBe('done')
  } finally {
    Object.defineProperty(Error, 'stackTraceLimit', descriptor)
  }
})
