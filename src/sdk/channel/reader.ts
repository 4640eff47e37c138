/**
 * The read end of a channel: bytes as a stream, in chunks or as a whole, text as messages, or both in order of arrival.
 * A slow reader slows the writer down. If the channel is cut, readers receive an error, never a clean end.
 */
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { invalidArgument } from '../../errors.js'
import { describe } from '../../std/text/describe.js'
import type { Unsubscribe } from '../../std/async/emitter.js'
import { Emitter } from '../../std/async/emitter.js'
import { ChannelItem, type StreamChannelRef } from './channel-ref.js'
import { channelUrl, checkOperation, Endpoint, handleErrors } from './endpoint.js'
import { ItemQueue, type ItemKind } from './item-queue.js'
import { defaultChannelPorts, type ChannelPorts } from './ports.js'
import type { ChannelOperationOptions } from './writer.js'

/** The read end of a channel. The socket is opened on first use. */
export class ChannelReader implements AsyncDisposable, AsyncIterable<Buffer> {
  readonly #ref: StreamChannelRef
  readonly #ports: ChannelPorts
  readonly #endpoint: Endpoint
  readonly #queue: ItemQueue
  readonly #messages: Emitter<string>
  #stream: Readable | undefined

  /**
   * @param engineWsBase the address of the engine, as passed to `registerWorker`.
   * @param ref a reference whose direction is `read`.
   */
  constructor(engineWsBase: string, ref: StreamChannelRef, ports: ChannelPorts = defaultChannelPorts) {
    this.#ref = ref
    this.#ports = ports
    this.#messages = new Emitter(ports.onCallbackError)
    this.#queue = new ItemQueue({
      clock: ports.clock,
      pause: () => {
        this.#endpoint.pause()
      },
      resume: () => {
        this.#endpoint.resume()
      },
      hasTextListener: () => this.#messages.size > 0,
      onTextDropped: (dropped) => {
        ports.onTextDropped({ channelId: ref.channel_id, dropped })
      },
      onStalled: (unread) => {
        ports.onStalled({ channelId: ref.channel_id, unread })
      },
    })
    const queue = this.#queue
    this.#endpoint = new Endpoint(channelUrl(engineWsBase, ref, 'read'), ports, {
      get unreadBytes() {
        return queue.bytes
      },
      isBusy: false,
      item: (item) => {
        if (typeof item === 'string' && this.#messages.size > 0) this.#messages.emit(item)
        else this.#queue.push(typeof item === 'string' ? item : toBuffer(item))
      },
      drained: () => undefined, // A reader sends nothing.
      ended: (error) => {
        this.#queue.finish(error)
      },
    })
  }

  /** A Node stream of the binary items. */
  get stream(): Readable {
    this.#stream ??= this.#createStream()
    return this.#stream
  }

  /**
   * Calls back with every text item, including those queued so far. Returns a function that removes the callback.
   *
   * Text without a listener is queued up to 1,024 items and 1 MiB. Further text is dropped, counted
   * (`droppedChannelMessages` of `worker.stats()`) and reported.
   */
  onMessage(callback: (message: string) => void): Unsubscribe {
    if (typeof callback !== 'function') throw invalidArgument('callback', 'a function', callback)
    const unsubscribe = this.#messages.on(callback)
    this.#dial()
    for (let text = this.#queue.takeNow(['text']); text !== undefined; text = this.#queue.takeNow(['text'])) {
      this.#messages.emit(text as string)
    }
    return unsubscribe
  }

  /**
   * The next binary item; `null` at the end.
   * @throws {WebSocketError} when the channel is unknown or was cut.
   */
  async nextBinary(options: ChannelOperationOptions = {}): Promise<Buffer | null> {
    checkOperation(options, this.#ports)
    this.#dial()
    // The queue returns the requested kind only.
    return (await this.#queue.take(['binary'], options.signal)) as Buffer | null
  }

  /** The same as `nextBinary`. */
  read(options?: ChannelOperationOptions): Promise<Buffer | null> {
    return this.nextBinary(options)
  }

  /** All binary items as one buffer. */
  async readAll(options?: ChannelOperationOptions): Promise<Buffer> {
    const chunks: Buffer[] = []
    for (let chunk = await this.read(options); chunk !== null; chunk = await this.read(options)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  /**
   * Text items in order.
   * @throws {RuntimeError} `MESSAGES_DROPPED` after the queued items, if text was dropped for lack of a listener; the
   * channel stays open. @throws {WebSocketError} when the channel is unknown or was cut.
   */
  async *messages(): AsyncGenerator<string, void> {
    for await (const item of this.#take(['text'])) yield item as string
  }

  /** All items in order of arrival. @throws the same as `messages`, at the first missing item. */
  async *items(): AsyncGenerator<ChannelItem, void> {
    for await (const item of this.#take(['text', 'binary'])) {
      yield typeof item === 'string' ? ChannelItem.Text(item) : ChannelItem.Binary(item)
    }
  }

  /** Binary items in order. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    for await (const item of this.#take(['binary'])) yield item as Buffer
  }

  /** A web stream of the binary items. */
  toWeb(): ReadableStream<Uint8Array> {
    // The typings of Node leave the chunk type open.
    return Readable.toWeb(this.stream) as ReadableStream<Uint8Array>
  }

  /** Stops reading. Further items are lost, and the writer gets an error after a few more items. */
  close(): Promise<void> {
    this.#queue.clear()
    this.#queue.finish(undefined)
    // Cut without a close frame: the distributed engine does not read that of a reader, so its writer would not be
    // notified.
    this.#endpoint.leave()
    return Promise.resolve()
  }

  /** In a payload, an end is serialised as its reference. */
  toJSON(): StreamChannelRef {
    return this.#ref
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #dial(): void {
    // Readers receive the error if the socket fails to open.
    if (this.#endpoint.isIdle) this.#endpoint.open().catch(() => undefined)
  }

  async *#take(kinds: readonly ItemKind[]): AsyncGenerator<string | Buffer, void> {
    this.#dial()
    const closeText = kinds.includes('text') ? this.#queue.openText() : undefined
    let isWaiting = true
    try {
      for (let item = await this.#queue.take(kinds); item !== null; item = await this.#queue.take(kinds)) {
        isWaiting = false
        yield item
        isWaiting = true
      }
    } finally {
      closeText?.()
      // The consumer left the loop early. A loop that ends otherwise, even with an error, leaves the channel open.
      if (!isWaiting) await this.close()
    }
  }

  #createStream(): Readable {
    const stream = new Readable({
      read: () => {
        this.nextBinary()
          .then((chunk) => {
            this.#stream?.push(chunk)
          })
          // Also catches errors thrown by listeners of the stream: they end the stream, not the process.
          .catch((error: unknown) => {
            this.#stream?.destroy(asError(error))
          })
      },
      destroy: (error, callback) => {
        void this.close()
        callback(error)
      },
    })
    handleErrors(stream, this.#ports)
    return stream
  }
}

/** A stream destroyed without an error would look like one that was closed on purpose. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`A listener threw ${describe(thrown)}`)
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
