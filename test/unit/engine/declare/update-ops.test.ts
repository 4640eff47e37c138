import { expect, test } from 'vitest'
import { updateOp } from '../../../../src/engine/declare/update-ops.js'
import { parseUpdateOps } from '../../../../src/wire/updates/update-op.js'

test.each<[unknown, boolean]>([
  [{ type: 'set', path: 'a', value: 1 }, true],
  [{ type: 'set', path: '' }, true],
  [{ type: 'set', value: 1 }, false],
  [{ type: 'set', path: ['a'], value: 1 }, false],
  [{ type: 'merge', value: { a: 1 } }, true],
  [{ type: 'merge', path: null, value: {} }, true],
  [{ type: 'merge', path: ['a', 'b'], value: {} }, true],
  [{ type: 'merge', path: [1], value: {} }, false],
  [{ type: 'merge', path: 'a' }, false],
  [{ type: 'increment', path: 'n', by: -2 }, true],
  [{ type: 'increment', path: 'n', by: 2 ** 60 }, true],
  [{ type: 'increment', path: 'n', by: 2 ** 63 }, false],
  [{ type: 'increment', path: 'n', by: 0.5 }, false],
  [{ type: 'decrement', path: 'n', by: 1 }, true],
  [{ type: 'decrement', by: 1 }, false],
  [{ type: 'append', path: 'a', value: null }, true],
  [{ type: 'append', path: 'a' }, false],
  [{ type: 'remove', path: 'a' }, true],
  [{ type: 'remove' }, false],
  [{ type: 'drop', path: 'a' }, false],
  ['set', false],
  [null, false],
])('the published schema and the parser agree on the operation %j', (op, isValid) => {
  const parse = (): unknown => parseUpdateOps('state::update', [op])
  expect(updateOp.accepts(op)).toBe(isValid)
  if (isValid) expect(parse).not.toThrow()
  else expect(parse).toThrow('deserialization_error')
})
