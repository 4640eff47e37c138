import { expect, test } from 'vitest'
import { createStream } from '../../src/entry/helpers.js'
import { UpdateOp, type IStream } from '../../src/entry/stream.js'
import { streamClient } from '../../src/index.js'
import { testEngine } from '../kit/local-rig.js'

interface Counter {
  count: number
}

async function storeRig(update: IStream<Counter>['update'] = async () => null) {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect({ diagnostics: 'silent' })
  const items = new Map<string, Counter>()
  const store: IStream<Counter> = {
    get: async ({ item_id }) => {
      const item = items.get(item_id) ?? null
      await new Promise((resolve) => setImmediate(resolve)) // As a database: others come between.
      return item
    },
    set: async ({ item_id, data }) => {
      const old_value = items.get(item_id)
      items.set(item_id, data as Counter)
      return { ...(old_value === undefined ? {} : { old_value }), new_value: data as Counter }
    },
    delete: async ({ item_id }) => {
      const old_value = items.get(item_id)
      items.delete(item_id)
      return { old_value }
    },
    list: async () => [...items.values()],
    listGroups: async () => ['all'],
    update,
  }
  createStream(worker, 'counters', store)
  await worker.ready()
  return { worker, items, client: streamClient<Counter>(worker, 'counters'), at: { group_id: 'all', item_id: 'a' } }
}

test('an update changes the item in the worker’s store and leaves no other behind', async () => {
  const { items, client, at } = await storeRig()
  await client.set({ ...at, data: { count: 1 } })
  const result = await client.update({ ...at, ops: [UpdateOp.increment('count', 2)] })

  expect(result).toEqual({ old_value: { count: 1 }, new_value: { count: 3 } })
  expect(items.get('a')).toEqual({ count: 3 })
  expect(await client.get(at)).toEqual({ count: 3 })
})

test('updates of one item run one at a time, writes of it included', async () => {
  const { items, client, at } = await storeRig()
  const updates = Array.from({ length: 50 }, () => client.update({ ...at, ops: [UpdateOp.increment('count', 1)] }))
  await Promise.all(updates)
  expect(items.get('a')).toEqual({ count: 50 })
  await Promise.all([
    client.update({ ...at, ops: [UpdateOp.increment('count', 1)] }),
    client.set({ ...at, data: { count: 0 } }),
    client.update({ ...at, ops: [UpdateOp.increment('count', 1)] }),
  ])
  expect([1, 2]).toContain(items.get('a')?.count)
})

test('a store with its own update operation is called, and its result is used', async () => {
  const seen: unknown[] = []
  const { items, client, at } = await storeRig(async ({ ops }) => {
    seen.push(ops)
    return { new_value: { count: 7 } }
  })

  expect(await client.update({ ...at, ops: [UpdateOp.increment('count', 1)] })).toEqual({
    old_value: null,
    new_value: { count: 7 },
  })
  expect(seen).toEqual([[UpdateOp.increment('count', 1)]])
  expect(items.size).toBe(0)
})

test('operations that do not apply are skipped and named; an invalid one fails the call', async () => {
  const { client, at } = await storeRig()
  await client.set({ ...at, data: { count: 1 } })
  const result = await client.update({ ...at, ops: [UpdateOp.append('x', 'count'), UpdateOp.increment('count', 1)] })

  expect(result).toMatchObject({ new_value: { count: 2 }, errors: [{ op_index: 0, code: 'append.type_mismatch' }] })
  await expect(client.update({ ...at, ops: [{ type: 'bogus' } as never] })).rejects.toMatchObject({
    code: 'deserialization_error',
  })
})
