/**
 * Channels of a worker in a web page. Their ends are web streams: a slow reader of the page slows the writer down as far
 * as a browser lets it, and a channel that was cut fails with an error, never with a clean end.
 */
import type { ReadableStream, ReadableStreamDefaultController, WritableStream } from 'node:stream/web'
import type { IIIError } from '../../errors.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import type { Unsubscribe } from '../../std/async/emitter.js'
import { utf8Bytes } from '../../std/text/utf8.js'
import type { StreamChannelRef } from '../channel/channel-ref.js'
import { channelUrl, Endpoint, WRITER_BUFFER_BYTES } from '../channel/endpoint.js'
import type { EndpointPorts } from '../channel/ports.js'
import { checkFunction } from '../worker/check.js'

/** Bytes that are read ahead of the page before the socket is paused. */
const READ_AHEAD_BYTES = 1024 * 1024

/** Typed as in Node, whichever types a program is compiled with. */
const ByteStream = globalThis.ReadableStream as unknown as new (
  source: {
    start(controller: ReadableStreamDefaultController<Uint8Array>): void
    pull(): void
    cancel(): Promise<void>
  },
  strategy: { highWaterMark: number; size(chunk: Uint8Array): number },
) => ReadableStream<Uint8Array>

/** The read end of a channel. The socket is opened on first use. */
export class ChannelReader {
  readonly #ref: StreamChannelRef
  readonly #endpoint: Endpoint
  #bytes: ReadableStream<Uint8Array> | undefined
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  readonly #listeners = new Set<(message: string) => void>()

  constructor(engineWsBase: string, ref: StreamChannelRef, ports: EndpointPorts) {
    this.#ref = ref
    this.#endpoint = new Endpoint(channelUrl(engineWsBase, ref, 'read'), ports, {
      unreadBytes: 0,
      isBusy: false,
      item: (item) => {
        this.toWeb()
        if (typeof item === 'string') for (const listener of this.#listeners) listener(item)
        else this.#controller?.enqueue(item)
        if ((this.#controller?.desiredSize ?? 1) <= 0) this.#endpoint.pause()
      },
      drained: nothing,
      ended: (error) => {
        this.toWeb()
        if (error === undefined) this.#controller?.close()
        else this.#controller?.error(error)
        this.#controller = undefined
      },
    })
  }

  /** The binary items as a web stream: the same one each time. */
  toWeb(): ReadableStream<Uint8Array> {
    this.#bytes ??= new ByteStream(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => {
          this.#dial()
          this.#endpoint.resume()
        },
        cancel: () => {
          this.#controller = undefined
          return this.close()
        },
      },
      { highWaterMark: READ_AHEAD_BYTES, size: (chunk) => chunk.byteLength },
    )
    return this.#bytes
  }

  /** Calls back with every text item from now on. Returns a function that removes the callback. */
  onMessage(callback: (message: string) => void): Unsubscribe {
    checkFunction('callback', callback)
    this.#listeners.add(callback)
    this.#dial()
    return () => this.#listeners.delete(callback)
  }

  /** Stops reading. Further items are lost, and the writer gets an error. */
  close(): Promise<void> {
    this.#endpoint.leave()
    return Promise.resolve()
  }

  /** In a payload, an end is serialised as its reference. */
  toJSON(): StreamChannelRef {
    return this.#ref
  }

  #dial(): void {
    // Readers receive the error if the socket fails to open.
    if (this.#endpoint.isIdle) this.#endpoint.open().catch(nothing)
  }
}

/** The write end of a channel. The socket is opened on first use. */
export class ChannelWriter {
  readonly #ref: StreamChannelRef
  readonly #endpoint: Endpoint
  readonly #items: WritableStream<Uint8Array | string>
  #room: Deferred<void> | undefined

  constructor(engineWsBase: string, ref: StreamChannelRef, ports: EndpointPorts) {
    this.#ref = ref
    const ended = (error: IIIError | undefined): void => {
      if (error !== undefined) this.#room?.reject(error)
      else this.#room?.resolve()
    }
    this.#endpoint = new Endpoint(channelUrl(engineWsBase, ref, 'write'), ports, {
      unreadBytes: 0,
      isBusy: false,
      item: nothing, // A reader cannot send items to a writer.
      drained: () => this.#room?.resolve(),
      ended,
    })
    this.#items = new globalThis.WritableStream<Uint8Array | string>({
      write: (item) => this.#send(item),
      close: () => this.#close(),
      abort: () => this.#endpoint.leave(),
    })
  }

  /** A web stream, the same one each time: bytes become binary items, strings text items; closing it closes the channel. */
  toWeb(): WritableStream<Uint8Array | string> {
    return this.#items
  }

  /** Writes one binary item; a string as UTF-8. Resolves when there is capacity for the next. */
  write(data: Uint8Array | string): Promise<void> {
    return this.sendMessage(typeof data === 'string' ? utf8Bytes(data) : data)
  }

  /** Writes one text item, in order with the binary ones. */
  async sendMessage(message: string | Uint8Array): Promise<void> {
    const writer = this.#items.getWriter()
    // Released at once, so that the stream can be used beside this method.
    const written = writer.write(message)
    writer.releaseLock()
    await written
  }

  /** Ends the channel after everything written so far. */
  close(): Promise<void> {
    return this.#items.close()
  }

  /** In a payload, an end is serialised as its reference. */
  toJSON(): StreamChannelRef {
    return this.#ref
  }

  async #send(item: Uint8Array | string): Promise<void> {
    const transport = await this.#endpoint.open()
    // A closing socket accepts nothing more; the reason follows with its end.
    if (!transport.isOpen) await this.#endpoint.gone()
    transport.send(item)
    if (transport.bufferedBytes <= WRITER_BUFFER_BYTES) return
    this.#room = deferred()
    await this.#room.promise
  }

  async #close(): Promise<void> {
    const transport = await this.#endpoint.open()
    const flushed = deferred<void>()
    this.#room = flushed
    transport.flushed(flushed.resolve)
    await flushed.promise
    this.#endpoint.close('channel_close')
  }
}

function nothing(): void {
  // What a page has no use for.
}

/** A channel: both ends and their references. Send one reference to another worker and use the other end. */
export type Channel = {
  writer: ChannelWriter
  reader: ChannelReader
  writerRef: StreamChannelRef
  readerRef: StreamChannelRef
}
