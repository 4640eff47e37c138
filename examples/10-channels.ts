/**
 * Channels: streams bytes and messages between workers, outside of call payloads and with back-pressure.
 */
import { createHash } from 'node:crypto'
import { registerWorker } from 'iii-node'
import { ChannelReader, type StreamChannelRef } from 'iii-node/channel'

const storage = registerWorker(undefined, { workerName: 'storage' })

// A reference in a payload arrives as an open reader or writer.
storage.registerFunction('files::digest', async ({ file }: { file: ChannelReader }) => {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of file) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
})
storage.registerFunction('files::lines', async () => {
  const { writer, readerRef } = await storage.channels.create()
  // Return at once; the lines follow through the channel.
  void (async () => {
    for (const line of ['first line', 'second line', 'third line']) await writer.sendMessage(line)
    await writer.close()
  })()
  return { lines: readerRef }
})
await storage.ready()

const client = registerWorker(undefined, { workerName: 'client' })

// Send 8 MiB. The writer waits while the reader is behind, so memory stays small.
const { writer, readerRef } = await client.channels.create()
const digest = client.trigger<object, { bytes: number; sha256: string }>({
  function_id: 'files::digest',
  payload: { file: readerRef },
})
function* chunks(): Generator<Buffer> {
  for (let n = 0; n < 128; n += 1) yield Buffer.alloc(65_536, n)
}
await writer.pipeFrom(chunks())
console.log('digest:', await digest)

// A reference in a result stays plain JSON: open it with `new ChannelReader`.
const { lines } = await client.trigger<object, { lines: StreamChannelRef }>({
  function_id: 'files::lines',
  payload: {},
})
for await (const line of new ChannelReader(client.getAddress(), lines).messages()) console.log('received:', line)

await Promise.all([client.shutdownAsync(), storage.shutdownAsync()])
