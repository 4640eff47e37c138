/**
 * Streams: groups of items that others follow. One stream is kept by the engine, one by a worker, in a store of its own;
 * whoever reads or writes them sees no difference.
 */
import { BuiltinTrigger, registerWorker, streamClient } from 'iii-node'
import { createStream } from 'iii-node/helpers'
import type { IStream, StreamChangeEvent } from 'iii-node/stream'
import { createTestEngine } from 'iii-node/testing'

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
    listGroups: async () => ['everybody'],
    update: async () => null, // the engine updates with `get` and `set`
  }
}

const engine = await createTestEngine()
const server = registerWorker(engine.url, { workerName: 'chat-server' })
createStream(server, 'archive', memoryStore())
await server.ready()

const client = registerWorker(engine.url, { workerName: 'chat-client' })
const STREAMS = ['chat', 'archive']
let changes = 0
const heardAll = new Promise<void>((resolve) => {
  client.registerFunction('chat::show', ({ streamName, id, event }: StreamChangeEvent) => {
    console.log(streamName, event.type, id, (event.data as Message).text)
    changes += 1
    if (changes === 2 * STREAMS.length) resolve()
  })
})
for (const stream_name of STREAMS) client.registerTrigger(BuiltinTrigger.stream('chat::show', { stream_name }))
await client.ready()

for (const name of STREAMS) {
  const stream = streamClient<Message>(client, name)
  await stream.set({ group_id: 'everybody', item_id: 'm1', data: { text: `hello, ${name}` } })
  console.log('kept:', await stream.list({ group_id: 'everybody' }))
  await stream.delete({ group_id: 'everybody', item_id: 'm1' })
}
await heardAll

await Promise.all([client.shutdownAsync(), server.shutdownAsync()])
await engine.close()
