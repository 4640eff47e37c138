import { expectTypeOf, test } from 'vitest'
import { stateClient, streamClient, type III } from 'iii-node'
import type { IState } from 'iii-node/state'
import { UpdateOp, type IStream, type UpdateSet } from 'iii-node/stream'

type Item = { text: string }

declare const worker: III

test('a stream client has the type of its items', () => {
  const client = streamClient<Item>(worker, 's')
  expectTypeOf(client).toExtend<IStream<Item>>()
  expectTypeOf(client.get({ group_id: 'g', item_id: 'i' })).resolves.toEqualTypeOf<Item | null>()
  expectTypeOf(client.list({ group_id: 'g' })).resolves.toEqualTypeOf<Item[]>()
  // @ts-expect-error -- the item has no such member
  void client.set({ group_id: 'g', item_id: 'i', data: { words: 1 } })
})

test('a state client takes the type as a parameter of each call', () => {
  const client = stateClient(worker)
  expectTypeOf(client).toExtend<IState>()
  expectTypeOf(client.get<Item>({ scope: 's', key: 'k' })).resolves.toEqualTypeOf<Item | null>()
})

test('operations are made by functions of the same name as their type', () => {
  expectTypeOf(UpdateOp.set('a', 1)).toEqualTypeOf<UpdateSet>()
  const ops: UpdateOp[] = [UpdateOp.remove('a'), { type: 'increment', path: 'n', by: 1 }]
  expectTypeOf(ops).toEqualTypeOf<UpdateOp[]>()
})
