/**
 * Channels in memory: the code under test has the engine's end, the test has the worker's end. Buffers are limited like
 * the real ones. A destroyed channel does not answer any more, which is the worst case that callers must handle.
 */
import type { ChannelPayload, HostChannels } from '../../src/engine/builtins/builtin.js'
import { deferred, type Deferred } from '../../src/std/async/deferred.js'
import { FakeHost } from './fake-host.js'

const DEFAULT_BUFFER_ITEMS = 64

/** One channel. */
export class FakeChannel {
  readonly buffered: ChannelPayload[] = []
  state: 'open' | 'ended' | 'destroyed' = 'open'
  readonly #capacity: number
  #readerGone = false
  #changed: Deferred<undefined> = deferred()

  constructor(capacity = DEFAULT_BUFFER_ITEMS) {
    this.#capacity = capacity
  }

  async write(item: ChannelPayload): Promise<void> {
    if (this.state === 'ended') throw new Error('The channel has ended')
    this.#refuseWhenGone()
    this.buffered.push(item)
    this.#wake()
    while (this.buffered.length >= this.#capacity) {
      await this.#changed.promise
      this.#refuseWhenGone()
    }
  }

  end(): void {
    if (this.state === 'open') this.state = 'ended'
    this.#wake()
  }

  destroy(): void {
    this.state = 'destroyed'
    this.buffered.length = 0
    this.#wake()
  }

  /** The reading end leaves; writing fails from now on. */
  dropReader(): void {
    this.#readerGone = true
    this.#wake()
  }

  /** Resolves once the channel is destroyed. */
  async destroyed(): Promise<void> {
    while (this.state !== 'destroyed') await this.#changed.promise
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChannelPayload, undefined> {
    for (;;) {
      const item = this.buffered.shift()
      if (item !== undefined) {
        this.#wake()
        yield item
      } else if (this.state === 'ended') return
      else await this.#changed.promise
    }
  }

  #refuseWhenGone(): void {
    if (this.#readerGone || this.state === 'destroyed') throw new Error('The reader is gone')
  }

  #wake(): void {
    this.#changed.resolve(undefined)
    this.#changed = deferred()
  }
}

/** A fake host with channels in memory. */
export class ChannelHost extends FakeHost {
  readonly #channels = new Map<string, FakeChannel>()

  /** Every channel made so far. */
  get allChannels(): readonly FakeChannel[] {
    return [...this.#channels.values()]
  }

  override get channels(): HostChannels {
    return {
      createOutgoing: (bufferSize) => {
        const { channel, ref } = this.#create(bufferSize)
        return {
          reader: { ...ref, direction: 'read' },
          write: (item) => channel.write(item),
          end: () => channel.end(),
          destroy: () => channel.destroy(),
        }
      },
      createIncoming: (bufferSize) => {
        const { channel, ref } = this.#create(bufferSize)
        return { writer: { ...ref, direction: 'write' }, items: channel, destroy: () => channel.destroy() }
      },
    }
  }

  /** The worker's end of the channel that a payload's member refers to. */
  channelOf(payload: unknown, member: 'request_body' | 'response'): FakeChannel {
    const ref = (payload as Record<typeof member, { channel_id: string }>)[member]
    const channel = this.#channels.get(ref.channel_id)
    if (channel === undefined) throw new Error(`No channel ${ref.channel_id}`)
    return channel
  }

  #create(bufferSize: number | undefined) {
    const channel = new FakeChannel(bufferSize)
    const ref = { channel_id: this.random.uuid(), access_key: this.random.uuid() }
    this.#channels.set(ref.channel_id, channel)
    return { channel, ref }
  }
}
