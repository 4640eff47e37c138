/** Writes a channel's items one after the other, and reads them, noting both. */
import type { Channel } from '../../src/channel/create.js'
import type { ChannelReader } from '../../src/channel/reader.js'
import type { ChannelRecord } from './journal.js'
import type { SimProcess } from './schedule.js'

export interface Writing {
  readonly op: number
  /** Sizes; a negative one stands for text. */
  readonly items: readonly number[]
  readonly channel: Channel
  readonly process: SimProcess
  readonly trace: (text: string) => void
}

/** Starts writing; what comes of it is noted in the record. */
export function writeItems({ op, items, channel, process, trace }: Writing): ChannelRecord {
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

export async function readItems(
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
