/**
 * Channels: bytes and messages that flow from one worker to another beside the calls, at the reader's pace. A reference
 * in a payload arrives as a live end; from one in a result the end is made by hand.
 */
import { createHash } from 'node:crypto'
import { registerWorker } from 'iii-node'
import { ChannelReader, type StreamChannelRef } from 'iii-node/channel'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine()
const storage = registerWorker(engine.url, { workerName: 'storage' })
storage.registerFunction('files::digest', async ({ file }: { file: ChannelReader }) => {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of file) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
})
storage.registerFunction('files::words', async () => {
  const { writer, readerRef } = await storage.channels.create()
  // The call is answered at once; the words follow.
  void (async () => {
    for (const word of ['words', 'one', 'by', 'one']) await writer.sendMessage(word)
    await writer.close()
  })()
  return { words: readerRef }
})
await storage.ready()

const client = registerWorker(engine.url, { workerName: 'client' })

// Bytes in a payload: 8 MiB, of which only a few wait anywhere at a time.
const { writer, readerRef } = await client.channels.create()
const answer = client.trigger<object, { bytes: number; sha256: string }>({
  function_id: 'files::digest',
  payload: { file: readerRef },
})
const hash = createHash('sha256')
function* chunks(): Generator<Buffer> {
  for (let n = 0; n < 128; n += 1) {
    const chunk = Buffer.alloc(65_536, n)
    hash.update(chunk)
    yield chunk
  }
}
await writer.pipeFrom(chunks())
const { bytes, sha256 } = await answer
console.log(bytes, 'bytes arrived', sha256 === hash.digest('hex') ? 'as they were sent' : 'changed')

// Messages by way of a result.
const { words } = await client.trigger<object, { words: StreamChannelRef }>({
  function_id: 'files::words',
  payload: {},
})
for await (const word of new ChannelReader(client.getAddress(), words).messages()) console.log(word)

await Promise.all([client.shutdownAsync(), storage.shutdownAsync()])
await engine.close()
