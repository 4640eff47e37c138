/**
 * Streams: groups of items with change events. The engine stores one stream, a worker stores the other in its own
 * database. Both are read and written the same way.
 */
import { BuiltinTrigger, registerWorker, streamClient } from 'iii-node'
import { createStream } from 'iii-node/helpers'
import type { IStream, StreamChangeEvent } from 'iii-node/stream'

interface Message {
  readonly text: string
}

/** Stands for a table of a database. */
function memoryStore(): IStream<Message> {
  const rows = new Map<string, Message>()
  return {
    get: async ({ item_id }) => rows.get(item_id) ?? null,
    set: async ({ item_id, data }) => {
      const message = data as Message
      rows.set(item_id, message)
      return { new_value: message }
    },
    delete: async ({ item_id }) => {
      const old_value = rows.get(item_id)
      rows.delete(item_id)
      return { old_value }
    },
    list: async () => [...rows.values()],
    listGroups: async () => ['lobby'],
    update: async () => null, // null: the worker updates with `get` and `set`
  }
}

const worker = registerWorker()
createStream(worker, 'archive', memoryStore())

const STREAMS = ['chat', 'archive']
let changes = 0
const allChanges = new Promise<void>((resolve) => {
  worker.registerFunction('chat::show', ({ streamName, id, event }: StreamChangeEvent) => {
    console.log('change:', streamName, event.type, id, event.data)
    changes += 1
    if (changes === 2 * STREAMS.length) resolve()
  })
})
for (const stream_name of STREAMS) worker.registerTrigger(BuiltinTrigger.stream('chat::show', { stream_name }))
await worker.ready()

for (const name of STREAMS) {
  const stream = streamClient<Message>(worker, name)
  await stream.set({ group_id: 'lobby', item_id: 'm1', data: { text: `hello, ${name}` } })
  console.log('items of', name, await stream.list({ group_id: 'lobby' }))
  await stream.delete({ group_id: 'lobby', item_id: 'm1' })
}
await allChanges

await worker.shutdownAsync()
