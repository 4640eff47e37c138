import { expect, test } from 'vitest'
import { UpdateOp } from '../../../../../src/sdk/worker/stores/update-op.js'

test('operations have the shape of the wire', () => {
  expect(UpdateOp.set('a', 1)).toEqual({ type: 'set', path: 'a', value: 1 })
  expect(UpdateOp.set('', undefined)).toEqual({ type: 'set', path: '', value: null })
  expect(UpdateOp.merge({ b: 1 })).toEqual({ type: 'merge', value: { b: 1 } })
  expect(UpdateOp.merge({ b: 1 }, ['x', 'y.z'])).toEqual({ type: 'merge', value: { b: 1 }, path: ['x', 'y.z'] })
  expect(UpdateOp.increment('n', 2)).toEqual({ type: 'increment', path: 'n', by: 2 })
  expect(UpdateOp.decrement('n', 2)).toEqual({ type: 'decrement', path: 'n', by: 2 })
  expect(UpdateOp.append('v', 'list')).toEqual({ type: 'append', value: 'v', path: 'list' })
  expect(UpdateOp.append(undefined)).toEqual({ type: 'append', value: null })
  expect(UpdateOp.remove('a')).toEqual({ type: 'remove', path: 'a' })
})
