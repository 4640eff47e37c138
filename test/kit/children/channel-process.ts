/**
 * A process that is an engine, the writer or the reader of a channel, and measures its own memory. It reads commands as
 * lines of JSON.
 */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { ChannelReader } from '../../../src/sdk/channel/reader.js'
import { ChannelWriter } from '../../../src/sdk/channel/writer.js'
import type { StreamChannelRef } from '../../../src/sdk/channel/channel-ref.js'
import { defaultEngineConfig } from '../../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../../src/engine/engine.js'
import { collectGarbage, MemoryPeak } from '../process-watch.js'

const SAMPLE_MS = 10
/** What is written: slices of one block, so that the offer itself takes no memory. */
const BLOCK_BYTES = 16 * 1024 * 1024

interface Given {
  readonly url: string
  readonly ref: StreamChannelRef
  readonly bytes: number
  readonly itemBytes: number
  readonly pauseMs: number
}

const memory = new MemoryPeak()
let doneBytes = 0
/** How long the reader waits after each item. */
let pauseMs = 0
/** Ends a wait under way when the pace changes. */
let hurry = new AbortController()

let engine: LocalEngine | undefined
let block: Buffer | undefined

function newBlock(): Buffer {
  const bytes = Buffer.alloc(BLOCK_BYTES)
  for (let at = 0; at < BLOCK_BYTES; at += 4) bytes.writeUInt32LE(Math.imul(at + 1, 2_654_435_761) >>> 0, at)
  return bytes
}

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

/** Items that begin at shifting places: a lost, doubled or swapped one changes the digest. */
function* itemsOf({ bytes, itemBytes }: Given): Generator<Buffer> {
  block ??= newBlock()
  for (let at = 0; at < bytes; at += itemBytes) {
    const start = (at / itemBytes) % (BLOCK_BYTES - itemBytes)
    yield block.subarray(start, start + Math.min(itemBytes, bytes - at))
  }
}

async function write(given: Given): Promise<void> {
  const { url, ref } = given
  const hash = createHash('sha256')
  const writer = new ChannelWriter(url, ref)
  doneBytes = 0
  for (const item of itemsOf(given)) {
    hash.update(item)
    await writer.write(item)
    doneBytes += item.length
  }
  await writer.close()
  say({ event: 'written', bytes: doneBytes, digest: hash.digest('hex') })
}

async function read({ url, ref }: Given): Promise<void> {
  const hash = createHash('sha256')
  doneBytes = 0
  for await (const chunk of new ChannelReader(url, ref)) {
    hash.update(chunk)
    doneBytes += chunk.length
    if (pauseMs > 0) await delay(pauseMs, undefined, { signal: hurry.signal }).catch(() => undefined)
  }
  say({ event: 'read', bytes: doneBytes, digest: hash.digest('hex') })
}

/** What an offer comes to, without a channel. */
function digest(given: Given): string {
  const hash = createHash('sha256')
  for (const item of itemsOf(given)) hash.update(item)
  return hash.digest('hex')
}

const failed = (error: unknown): void => say({ event: 'failed', code: (error as { code?: unknown }).code })

const commands: Record<string, (given: Given) => unknown> = {
  engine: async () => {
    const { listeners, ...config } = defaultEngineConfig({ port: 0, httpPort: 0, streamPort: 0 })
    const guarded = listeners.map((listener) => ({ ...listener, rbac: { exposeFunctions: [] } }))
    engine = await startEngine({ ...config, listeners: [...listeners, ...guarded] })
    return engine.urls
  },
  /** What the engine's process holds now. */
  weigh: async () => {
    await collectGarbage()
    return {
      rssBytes: process.memoryUsage.rss(),
      descriptors: readdirSync('/dev/fd').length,
      channelBytes: engine?.stats().waiting.channelBytes,
    }
  },
  write: (given) => void write(given).catch(failed),
  digest,
  read: (given) => void read(given).catch(failed),
  pace: (given) => {
    pauseMs = given.pauseMs
    hurry.abort()
    hurry = new AbortController()
  },
  /** Forgets the peak so far and says what is in use now. */
  settle: () => {
    memory.restart()
    return memory.bytes
  },
  seen: () => ({ peakBytes: memory.bytes, doneBytes }),
}

setInterval(() => {
  memory.sample()
}, SAMPLE_MS)
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, do: name, with: given } = JSON.parse(line) as { id: number; do: string; with: Given }
    void Promise.resolve(commands[name]?.(given)).then(
      (ok) => say({ id, ok }),
      (error: unknown) => say({ id, failed: { message: String(error) } }),
    )
  })
  .on('close', () => process.exit())
say({ event: 'started' })
