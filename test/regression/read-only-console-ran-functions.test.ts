import { expect, test } from 'vitest'
import { changesNothing } from '../../src/console-server/read-only.js'
import { engineCodec } from '../../src/wire/protocol/engine-codec.js'

const passes = (message: object) => changesNothing(engineCodec.decode(JSON.stringify(message)))

test('a read-only console passes on no call of a function that a worker serves under the name of a reading one', () => {
  const call = { type: 'invokefunction', invocation_id: crypto.randomUUID(), function_id: 'state::get', data: {} }
  expect(passes(call)).toBe(true)
  expect(passes({ ...call, namespace: 'default' })).toBe(true)
  expect(passes({ ...call, namespace: 'other' })).toBe(false)
})

test('a read-only console passes on no trigger whose condition is a function', () => {
  const trigger = { type: 'registertrigger', id: 't', trigger_type: 'state', function_id: 'console::seen' }
  expect(passes({ ...trigger, config: { scope: 'condition_function_id' } })).toBe(true)
  expect(passes({ ...trigger, config: { condition_function_id: 'orders::create' } })).toBe(false)
})
