/** `channel-end.js <side> <url>`: one end of a channel of one side, in its own process; writes, or reads and counts. */
import { once } from 'node:events'
import { cpuMs, serveCommands } from './commands.js'
import type { BytesReader, ConnectEnd } from './side.js'

const [side = '', url = ''] = process.argv.slice(2)
const { connectEnd } = (await import(`./sides/${side}.js`)) as { readonly connectEnd: ConnectEnd }
const end = await connectEnd(url)

/** Reads a channel to its end and returns the number of bytes. */
async function count(data: unknown): Promise<number> {
  // A reference in a payload arrives as a live reader.
  const { reader } = data as { readonly reader: BytesReader }
  let bytes = 0
  for await (const chunk of reader.stream) bytes += chunk.length
  return bytes
}

export interface Transfer {
  readonly functionId: string
  readonly bytes: number
  readonly chunkBytes: number
}

/** Sends that many bytes to a function that reads them; resolves when it has all of them. */
async function transfer({ functionId, bytes, chunkBytes }: Transfer): Promise<{ wallMs: number; cpuMs: number }> {
  if (end.createChannel === undefined) throw new Error(`${side} has no channels`)
  const before = { wallMs: performance.now(), cpuMs: cpuMs() }
  const { writer, readerRef } = await end.createChannel()
  const answer = end.call(functionId, { reader: readerRef })
  const chunk = Buffer.alloc(chunkBytes, 'x')
  for (let sent = 0; sent < bytes; sent += chunkBytes) {
    if (!writer.stream.write(chunk)) await once(writer.stream, 'drain')
  }
  writer.stream.end()
  const received = await answer
  if (received !== bytes) throw new Error(`${String(received)} of ${bytes} bytes arrived`)
  return { wallMs: performance.now() - before.wallMs, cpuMs: cpuMs() - before.cpuMs }
}

serveCommands({ serve: (functionId: string) => end.serve(functionId, count), transfer })
