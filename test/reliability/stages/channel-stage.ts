/**
 * Runs a channel with its engine, writer and reader in separate processes that measure their own memory. Starts a
 * transfer and reports how it ended. The test decides what to measure.
 */
import { onTestFinished } from 'vitest'
import { registerWorker, type III } from '../../../src/index.js'
import { ChildActor } from '../../kit/child-actor.js'
import { childCommand } from '../../kit/compiled-project.js'

const TRANSFER_LIMIT_MS = 300_000

export const PARTS = ['engine', 'writer', 'reader'] as const
export type Part = (typeof PARTS)[number]

/** Counters of a process since its last `settle` command. */
interface Seen {
  readonly peakBytes: number
  /** Bytes written or read in the transfer. */
  readonly doneBytes: number
}

/** What the engine's process holds. */
export interface Weight {
  readonly rssBytes: number
  /** Open file descriptors. */
  readonly descriptors: number
  /** In the buffers of all channels. */
  readonly channelBytes: number
}

/** What an end says when it is through; one that failed says only with which code. */
interface Through {
  readonly event: 'written' | 'read' | 'failed'
  readonly bytes: number
  readonly digest: string
  readonly code?: string
}

export class ChannelStage {
  readonly #actors: Readonly<Record<Part, ChildActor>>
  readonly #url: string
  /** A listener whose sessions have only the grants of every guarded session. */
  readonly guardedUrl: string
  readonly #maker: III
  #transfers = 0

  private constructor(actors: Readonly<Record<Part, ChildActor>>, urls: readonly string[], maker: III) {
    this.#actors = actors
    ;[this.#url = '', this.guardedUrl = ''] = urls
    this.#maker = maker
  }

  /** Starts the three processes; they are gone when the test ends. */
  static async open(): Promise<ChannelStage> {
    const [engine, writer, reader] = (await Promise.all(PARTS.map(started))) as [ChildActor, ChildActor, ChildActor]
    const urls = await engine.do<readonly string[]>('engine')
    const maker = registerWorker(urls[0] ?? '', { otel: { enabled: false } })
    onTestFinished(() => maker.shutdown())
    await maker.ready()
    return new ChannelStage({ engine, writer, reader }, urls, maker)
  }

  /** Where the engine listens. */
  get url(): string {
    return this.#url
  }

  /** A worker of the test's own process, which makes the channels. */
  get maker(): III {
    return this.#maker
  }

  /** Begins to write so many bytes to a new channel, and to read them. */
  async start(offer: { readonly bytes: number; readonly itemBytes: number }): Promise<void> {
    this.#transfers += 1
    const { writerRef, readerRef } = await this.#maker.channels.create()
    await this.#actors.reader.do('read', { url: this.#url, ref: readerRef })
    await this.#actors.writer.do('write', { url: this.#url, ref: writerRef, ...offer })
  }

  /** Waits until both ends of the transfer have ended; returns what was written and what was read. */
  end(): Promise<[Through, Through]> {
    return Promise.all([this.endOf('writer'), this.endOf('reader')])
  }

  endOf(part: 'writer' | 'reader'): Promise<Through> {
    return this.#ended(this.#actors[part], part === 'writer' ? 'written' : 'read')
  }

  /** Ends the process of a part without a word. */
  async kill(part: Part): Promise<void> {
    this.#actors[part].kill()
    await this.#actors[part].exited
  }

  /** The digest of the first so many bytes of an offer. */
  digestOf(offer: { readonly bytes: number; readonly itemBytes: number }): Promise<string> {
    return this.#actors.reader.do('digest', offer)
  }

  /** Bytes that a part has written or read in the transfer. */
  async doneBytes(part: Part): Promise<number> {
    return (await this.#actors[part].do<Seen>('seen')).doneBytes
  }

  /** Has the reader wait so long after each item. */
  pace(pauseMs: number): Promise<unknown> {
    return this.#actors.reader.do('pace', { pauseMs })
  }

  /** Has every process forget its peak; says the bytes that each takes now. */
  settle(): Promise<Record<Part, number>> {
    return this.#all('settle')
  }

  /** What the engine's process holds after its garbage is collected. */
  weighEngine(): Promise<Weight> {
    return this.#actors.engine.do('weigh')
  }

  seen(): Promise<Record<Part, Seen>> {
    return this.#all('seen')
  }

  async #all<T>(command: string): Promise<Record<Part, T>> {
    const answers = PARTS.map(async (part) => [part, await this.#actors[part].do<T>(command)] as const)
    return Object.fromEntries(await Promise.all(answers)) as Record<Part, T>
  }

  async #ended(actor: ChildActor, wanted: Through['event']): Promise<Through> {
    const isEnd = ({ event }: { readonly event: string }): boolean => event === wanted || event === 'failed'
    const events = await actor.receivedTimes(this.#transfers, isEnd, TRANSFER_LIMIT_MS)
    // The event is as the other process wrote it.
    return events[this.#transfers - 1] as unknown as Through
  }
}

async function started(name: string): Promise<ChildActor> {
  const actor = new ChildActor(name, childCommand('channel-process'))
  onTestFinished(async () => {
    await actor.end()
  })
  return actor.started()
}
