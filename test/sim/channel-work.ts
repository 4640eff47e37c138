/** Channels of a simulated worker: writes items one after the other, and reads them, noting both. */
import type { InvocationContext } from '../../src/sdk/worker/invocations/invocation-context.js'
import type { Channel } from '../../src/sdk/channel/create.js'
import type { ChannelReader } from '../../src/sdk/channel/reader.js'
import type { ChannelRecord } from './journal.js'
import type { Action } from './scenario.js'
import type { SimProcess } from './schedule.js'
import type { SimWorker } from './sim-worker.js'
import type { World } from './world.js'

/** A reader whose writer never comes would wait until its channel expires. */
const READER_PATIENCE_MS = 20_000

export class ChannelWork {
  readonly #world: World
  readonly #owner: SimWorker

  constructor(world: World, owner: SimWorker) {
    this.#world = world
    this.#owner = owner
  }

  /** Makes a channel, writes to it and hands its other end to a reader. */
  async run(action: Extract<Action, { kind: 'channel' }>): Promise<void> {
    const { reader, timeoutMs, bufferSize, readDelayMs } = action
    const creating = this.#owner.worker.channels.create(bufferSize)
    const created = this.#owner.newOp('list', 'engine::channels::create', { timeoutMs: 30_000 })
    this.#owner.follow(created, creating)
    const channel = await creating.catch(() => undefined)
    if (channel === undefined || this.#owner.process.isDead) return
    const op = this.#owner.newOp('call', `w${reader}::sink`, { timeoutMs })
    const record = writeItems({
      op: op.op,
      items: action.items,
      channel,
      process: this.#owner.process,
      trace: (text) => this.#world.trace.add(text),
    })
    this.#world.journal.channels.push(record)
    const payload = { op: op.op, reader: channel.readerRef, readDelayMs }
    this.#owner.trigger(op, { function_id: op.functionId, payload, timeoutMs })
  }

  /** Registers the function that reads. */
  registerSink(functionId: string): void {
    const { worker, handlers, holdings } = this.#owner
    const sink = async (payload: unknown, _metadata: unknown, context: unknown): Promise<unknown> => {
      const { op, reader, readDelayMs } = payload as { op: number; reader: ChannelReader; readDelayMs: number }
      const run = handlers.begin(functionId, { op, behaviour: { kind: 'value' } }, context as InvocationContext)
      const record = this.#world.journal.channels.find((channel) => channel.op === op)
      if (record === undefined) throw handlers.threw(run)
      record.reader = this.#owner.process
      const { schedule } = this.#world
      schedule.at(schedule.now + READER_PATIENCE_MS, this.#owner.process, 'timer', () => {
        if (record.readEnd !== undefined) return
        record.hasGivenUp = true
        void reader.close()
      })
      try {
        await readItems(reader, record, () => (readDelayMs === 0 ? undefined : handlers.wait(readDelayMs)))
      } catch {
        throw handlers.threw(run)
      }
      return handlers.returned(run)
    }
    holdings.functions.set(functionId, worker.registerFunction(functionId, sink))
  }
}

interface Writing {
  readonly op: number
  /** Sizes; a negative one stands for text. */
  readonly items: readonly number[]
  readonly channel: Channel
  readonly process: SimProcess
  readonly trace: (text: string) => void
}

/** Starts writing; the outcome is recorded. */
function writeItems({ op, items, channel, process, trace }: Writing): ChannelRecord {
  const record: ChannelRecord = {
    op,
    sent: [],
    got: [],
    writer: process,
    reader: undefined,
    writeError: undefined,
    isClosed: false,
    hasGivenUp: false,
    readEnd: undefined,
    channelId: channel.writerRef.channel_id,
  }
  const write = async (): Promise<void> => {
    for (const [number, size] of items.entries()) {
      record.sent.push(labelOf(size < 0 ? 't' : 'b', number, Math.abs(size)))
      if (size < 0) await channel.writer.sendMessage(content(number, -size))
      else await channel.writer.write(Buffer.from(content(number, size)))
    }
    await channel.writer.close()
    record.isClosed = true
  }
  write().then(
    () => trace(`channel of op ${op} written`),
    (error: unknown) => {
      record.writeError = error
      trace(`channel of op ${op} not written: ${String(error)}`)
    },
  )
  return record
}

async function readItems(
  reader: ChannelReader,
  record: ChannelRecord,
  pause: () => Promise<void> | undefined,
): Promise<void> {
  try {
    for await (const item of reader.items()) {
      const text = item.type === 'text' ? item.value : Buffer.from(item.value).toString('utf8')
      const number = Number.parseInt(text, 10)
      const isWhole = text === content(number, text.length - content(number, 0).length)
      const label = labelOf(item.type === 'text' ? 't' : 'b', number, text.length - content(number, 0).length)
      record.got.push(isWhole ? label : `damaged ${label}`)
      await pause()
    }
    record.readEnd = 'clean'
  } catch (error) {
    record.readEnd = { error }
    throw error
  }
}

function content(number: number, size: number): string {
  return `${number}:${'y'.repeat(size)}`
}

function labelOf(kind: 'b' | 't', number: number, size: number): string {
  return `${kind}${number}:${size}`
}
