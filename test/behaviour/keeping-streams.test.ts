import { expect, test } from 'vitest'
import { createStream } from '../../src/entry/helpers.js'
import { streamClient, UpdateOp, type IStream } from '../../src/entry/stream.js'
import { localRig } from '../kit/local-rig.js'
import { connectedRig } from '../kit/worker-rig.js'

type Item = { text: string }

const STREAMS = [
  { name: 'iii-stream', config: { port: 0, adapter: { name: 'kv', config: { store_method: 'in_memory' } } } },
]

/** A store in memory that records its calls. */
function memoryStore(): IStream<Item> & { readonly asked: string[] } {
  const items = new Map<string, Item>()
  const asked: string[] = []
  return {
    asked,
    async get({ item_id }) {
      asked.push('get')
      return items.get(item_id) ?? null
    },
    async set({ item_id, data }) {
      asked.push('set')
      const old_value = items.get(item_id)
      items.set(item_id, data as Item)
      return { ...(old_value === undefined ? {} : { old_value }), new_value: data as Item }
    },
    async delete({ item_id }) {
      asked.push('delete')
      const old_value = items.get(item_id)
      items.delete(item_id)
      return { old_value }
    },
    async list() {
      asked.push('list')
      return [...items.values()]
    },
    async listGroups() {
      asked.push('list_groups')
      return ['g']
    },
    async update() {
      asked.push('update')
      return null
    },
  }
}

test('the engine reads a worker’s stream from the worker’s store and the others from its own', async () => {
  const rig = await localRig(STREAMS)
  const worker = rig.addWorker()
  const store = memoryStore()
  createStream(worker, 'mine', store)
  await rig.settle()
  const mine = streamClient<Item>(worker, 'mine')
  const others = streamClient<Item>(worker, 'others')
  const item = { group_id: 'g', item_id: 'i' }

  for (const client of [mine, others]) {
    expect(await client.set({ ...item, data: { text: 'a' } })).toMatchObject({ new_value: { text: 'a' } })
    expect(await client.get(item)).toEqual({ text: 'a' })
    expect(await client.list({ group_id: 'g' })).toEqual([{ text: 'a' }])
    expect(await client.listGroups()).toEqual(['g'])
    expect(await client.delete(item)).toEqual({ old_value: { text: 'a' } })
    expect(await client.get(item)).toBeNull()
  }
  expect(store.asked).toEqual(['set', 'get', 'list', 'list_groups', 'delete', 'get'])
})

test('an item is changed in one step by operations', async () => {
  const rig = await localRig(STREAMS)
  const worker = rig.addWorker()
  await rig.settle()
  const client = streamClient<{ n: number; tags: number[] }>(worker, 'counters')
  const ops = [UpdateOp.increment('n', 2), UpdateOp.append(7, ['tags']), UpdateOp.decrement('n', 1)]
  const updated = await client.update({ group_id: 'g', item_id: 'i', ops })
  expect(updated?.new_value).toEqual({ n: 1, tags: [7] })
})

test('a client of one stream refuses to work on another', async () => {
  const rig = await localRig(STREAMS)
  const client = streamClient<Item>(rig.addWorker(), 'mine')
  const input = { stream_name: 'other', group_id: 'g', item_id: 'i' }
  await expect(client.get(input)).rejects.toThrow(
    `input.stream_name must be 'mine' or left out, got the string "other"`,
  )
})

test('a worker of another namespace is warned that its stream cannot be reached; one of the default is not', async () => {
  for (const [namespace, warned] of [
    ['blue', true],
    ['default', false],
    [undefined, false],
  ] as const) {
    const rig = await connectedRig(namespace === undefined ? {} : { namespace })
    createStream(rig.worker, 'mine', memoryStore())
    expect(rig.eventsOf('stream_out_of_reach')).toEqual(
      warned ? [{ kind: 'stream_out_of_reach', streamName: 'mine', namespace: 'blue' }] : [],
    )
  }
})

test('a stream is registered as a whole or not at all', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('stream::list(mine)', () => [])
  expect(() => createStream(rig.worker, 'mine', memoryStore())).toThrow(
    'function id already registered: stream::list(mine)',
  )
  await rig.settle()
  expect(rig.worker.stats().registeredFunctions).toBe(1)
})

test('a stream can be registered on any client that registers functions', () => {
  const ids: string[] = []
  const fake = {
    registerFunction: (id: string) => {
      ids.push(id)
      return { id, unregister: () => undefined }
    },
  }
  createStream(fake as never, 'mine', memoryStore())
  expect(ids).toEqual(['get', 'set', 'delete', 'list', 'list_groups', 'update'].map((op) => `stream::${op}(mine)`))
})
