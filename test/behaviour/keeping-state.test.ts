import { expect, test } from 'vitest'
import { stateClient, StateEventType, type StateEventData } from '../../src/entry/state.js'
import { BuiltinTrigger } from '../../src/entry/trigger.js'
import { UpdateOp } from '../../src/entry/stream.js'
import { localRig } from '../kit/local-rig.js'

const STATE = [{ name: 'iii-state', config: { adapter: { name: 'kv', config: { store_method: 'in_memory' } } } }]

test.each([undefined, 'blue'])(
  'a worker of the namespace %s reads and changes values by scope and key',
  async (namespace) => {
    const rig = await localRig(STATE)
    const state = stateClient(rig.addWorker(namespace === undefined ? {} : { namespace }))
    await rig.settle()
    const at = { scope: 'cart', key: 'u1' }
    expect(await state.get(at)).toBeNull()
    expect(await state.delete(at)).toEqual({})
    expect(await state.set<{ n: number }>({ ...at, value: { n: 1 } })).toEqual({ old_value: null, new_value: { n: 1 } })
    expect(await state.update({ ...at, ops: [UpdateOp.increment('n', 4)] })).toEqual({
      old_value: { n: 1 },
      new_value: { n: 5 },
    })
    expect(await state.get<{ n: number }>(at)).toEqual({ n: 5 })
    expect(await state.list({ scope: 'cart' })).toEqual([{ n: 5 }])
    expect(await state.listGroups()).toEqual(['cart'])
    expect(await state.delete(at)).toEqual({ old_value: { n: 5 } })
  },
)

test('operations that were skipped are named', async () => {
  const rig = await localRig(STATE)
  const state = stateClient(rig.addWorker())
  await rig.settle()
  const at = { scope: 's', key: 'k' }
  await state.set({ ...at, value: { name: 'x' } })
  const updated = await state.update({ ...at, ops: [UpdateOp.increment('name', 1), UpdateOp.remove('name')] })
  expect(updated).toMatchObject({ new_value: {}, errors: [{ op_index: 0, code: 'increment.not_number' }] })
})

test('a function bound to state receives each change', async () => {
  const rig = await localRig(STATE)
  const worker = rig.addWorker()
  const received: StateEventData[] = []
  worker.registerFunction('watch', (event: StateEventData) => void received.push(event))
  worker.registerTrigger(BuiltinTrigger.state('watch', { scope: 's' }))
  await rig.settle()
  await stateClient(worker).set({ scope: 's', key: 'k', value: 1 })
  await rig.settle()
  expect(received).toMatchObject([{ event_type: StateEventType.Created, scope: 's', key: 'k', new_value: 1 }])
})
