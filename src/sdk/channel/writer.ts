/**
 * The write end of a channel. Items are sent in order and no faster than the reader accepts them. `close` waits until
 * every byte has been handed to the operating system.
 */
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { WritableStream } from 'node:stream/web'
import { ErrorCode, invalidArgument, NotConnectedError } from '../../errors.js'
import { orAborted } from '../../std/async/abortable.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import type { Transport } from '../../wire/transport/transport.js'
import type { StreamChannelRef } from './channel-ref.js'
import { channelUrl, checkOperation, Endpoint, handleErrors, WRITER_BUFFER_BYTES } from './endpoint.js'
import { defaultChannelPorts, type ChannelPorts } from './ports.js'

/** The operation before the first. */
const UNTOUCHED = Promise.resolve()

/** Largest chunk of a byte stream; larger ones are split. */
const CHUNK_BYTES = 64 * 1024

/** Options of one operation on a channel end. */
export type ChannelOperationOptions = {
  /**
   * Aborts the operation: its promise rejects with the reason of the signal. A write that waits for its turn or for the
   * handshake sends nothing; one that waits for capacity has been sent.
   */
  signal?: AbortSignal | undefined
}

/**
 * Writers of HTTP responses: a graceful shutdown of the worker waits for them, even after their handlers have returned.
 */
const responses = new WeakSet<object>()

/** Makes a graceful shutdown of the worker wait until a writer has ended. */
export function holdDrain(writer: object): void {
  responses.add(writer)
}

/** The write end of a channel. The socket is opened on first use. */
export class ChannelWriter implements AsyncDisposable {
  readonly #ref: StreamChannelRef
  readonly #ports: ChannelPorts
  readonly #endpoint: Endpoint
  #room: Deferred<void> | undefined
  /** The last operation: operations run one after another. */
  #tail: Promise<void> = UNTOUCHED
  #stream: Writable | undefined
  #closing: Promise<void> | undefined
  /** Everything was handed to the operating system, so no operation receives a later error. */
  #isHandedOver = false

  /**
   * @param engineWsBase the address of the engine, as passed to `registerWorker`.
   * @param ref a reference whose direction is `write`.
   */
  constructor(engineWsBase: string, ref: StreamChannelRef, ports: ChannelPorts = defaultChannelPorts) {
    this.#ref = ref
    this.#ports = ports
    const isBusy = (): boolean =>
      responses.has(this) || this.#closing !== undefined || this.#stream?.writableEnded === true
    this.#endpoint = new Endpoint(channelUrl(engineWsBase, ref, 'write'), ports, {
      get isBusy() {
        return isBusy()
      },
      item: () => undefined, // A reader cannot send items to a writer.
      unreadBytes: 0,
      drained: () => {
        this.#makeRoom()
      },
      ended: (error) => {
        const gone = error ?? new NotConnectedError(ErrorCode.NOT_CONNECTED, 'The channel is closed', NOT_SENT)
        this.#room?.reject(gone)
        this.#room = undefined
        if (error === undefined) return
        this.#stream?.destroy(error)
        // The reader sees a normal end, so this report is the only sign that the last bytes may be missing.
        if (this.#isHandedOver) this.#ports.onUnhandledError(error)
      },
    })
  }

  /** Whether nothing has been written and the channel has not been closed. */
  get isUntouched(): boolean {
    return this.#tail === UNTOUCHED
  }

  /** A Node stream of bytes; ending it closes the channel. */
  get stream(): Writable {
    this.#stream ??= this.#createStream()
    return this.#stream
  }

  /**
   * Writes one binary item; a string as UTF-8. Resolves when there is capacity for the next.
   * @throws {WebSocketError} when the channel is unknown, in use or cut. @throws {NotConnectedError} once it is closed.
   */
  write(data: Uint8Array | string, options?: ChannelOperationOptions): Promise<void> {
    try {
      return handled(this.#send(toBytes('data', data), options))
    } catch (error) {
      return handled(Promise.reject(error))
    }
  }

  /** Writes one text item, in order with the binary ones. */
  sendMessage(message: string, options?: ChannelOperationOptions): Promise<void> {
    if (typeof message === 'string') return handled(this.#send(message, options))
    return handled(Promise.reject(invalidArgument('message', 'a string', message)))
  }

  /**
   * Ends the channel after everything written so far. Resolves once all of it was handed to the operating system; a cut
   * after that is reported as a diagnostic.
   */
  close(): Promise<void> {
    const stream = this.#stream
    if (stream === undefined || stream.destroyed || stream.writableLength === 0) return this.#close('channel_close')
    // Data that the stream has accepted is sent first; its end closes the channel.
    stream.end()
    return handled(finished(stream))
  }

  /**
   * Writes all chunks of a source, then closes. The source waits for a slow reader.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid source or chunk. The channel then stays open, as it does
   * when the source fails.
   */
  async pipeFrom(source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>): Promise<void> {
    if (!isIterable(source)) throw invalidArgument('source', 'an iterable, synchronous or not', source)
    for await (const chunk of source) await this.#writeChunks(toBytes('chunk', chunk))
    await this.close()
  }

  /** A web stream: bytes become binary items, strings text items; closing it closes the channel. */
  toWeb(): WritableStream<Uint8Array | string> {
    return new globalThis.WritableStream<Uint8Array | string>({
      write: (chunk) => (typeof chunk === 'string' ? this.sendMessage(chunk) : this.write(chunk)),
      close: () => this.close(),
      abort: () => {
        this.#endpoint.leave()
      },
    })
  }

  /** In a payload, an end is serialised as its reference. */
  toJSON(): StreamChannelRef {
    return this.#ref
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  // Everything up to the queue happens synchronously, so that items keep their order.
  async #send(item: Uint8Array | string, options: ChannelOperationOptions = {}): Promise<void> {
    checkOperation(options, this.#ports)
    const { signal } = options
    signal?.throwIfAborted()
    if (this.#closing !== undefined) {
      const text = 'The channel was closed; the item was not written'
      throw new NotConnectedError(ErrorCode.NOT_CONNECTED, text, NOT_SENT)
    }
    const sent = this.#next(async () => {
      signal?.throwIfAborted()
      const transport = await this.#endpoint.open()
      // Aborted during the handshake.
      signal?.throwIfAborted()
      // A closing socket accepts nothing more; the reason follows with its end.
      if (!transport.isOpen) await this.#endpoint.gone()
      transport.send(item)
      await this.#waitForRoom(transport)
    })
    // The operations behind it still wait for capacity.
    return orAborted(sent, signal)
  }

  #next(operation: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(operation)
    // A failed operation is reported to its own caller; the ones behind it fail or succeed on their own.
    this.#tail = result.catch(() => undefined)
    return result
  }

  async #waitForRoom(transport: Transport): Promise<void> {
    if (transport.bufferedBytes <= WRITER_BUFFER_BYTES) return
    this.#room ??= deferred()
    await this.#room.promise
  }

  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = undefined
  }

  #close(reason: string): Promise<void> {
    this.#closing ??= handled(
      this.#next(async () => {
        // An unused channel is opened to close it, since the reader waits for its end.
        const transport = await this.#endpoint.open()
        const flushed = deferred<void>()
        this.#room = flushed
        transport.flushed(() => {
          flushed.resolve()
        })
        await flushed.promise
        this.#room = undefined
        this.#isHandedOver = true
        this.#endpoint.close(reason)
      }),
    )
    return this.#closing
  }

  async #writeChunks(bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength <= CHUNK_BYTES) {
      await this.#send(bytes)
      return
    }
    for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
      await this.#send(bytes.subarray(start, start + CHUNK_BYTES))
    }
  }

  #createStream(): Writable {
    const settle = (promise: Promise<void>, callback: (error?: Error) => void): void => {
      promise.then(
        () => {
          callback()
        },
        (error: unknown) => {
          callback(error as Error)
        },
      )
    }
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, callback) => {
        settle(this.#writeChunks(chunk), callback)
      },
      final: (callback) => {
        settle(this.#close('stream_complete'), callback)
      },
      destroy: (error, callback) => {
        if (error !== null || !stream.writableFinished) this.#endpoint.leave()
        callback(error)
      },
    })
    handleErrors(stream, this.#ports)
    return stream
  }
}

const NOT_SENT = { outcome: 'not_sent' } as const

function toBytes(argument: string, given: unknown): Uint8Array {
  if (typeof given === 'string') return Buffer.from(given)
  if (given instanceof Uint8Array) return given
  throw invalidArgument(argument, 'a Uint8Array or a string', given)
}

function isIterable(source: unknown): boolean {
  if (typeof source === 'string') return true
  return typeof source === 'object' && source !== null && (Symbol.iterator in source || Symbol.asyncIterator in source)
}

/** A failure is reported when the promise is awaited; without that it does not end the process. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined)
  return promise
}
