/**
 * The latest frames of one direction, oldest first. Bounded by count and bytes; when a limit is exceeded, the oldest
 * are dropped and counted. A frame is decoded on access, so recording is cheap.
 */
import { Fifo } from '../std/async/fifo.js'
import type { FrameProblem } from '../wire/protocol/codec.js'
import type { EngineMessage, WorkerMessage } from '../wire/protocol/messages.js'

/** A recorded message, or the problem of an invalid frame. */
export type RecordedFrame = WorkerMessage | EngineMessage | FrameProblem

/** A frame as sent over the wire, decoded at most once. */
export class Frame<Message> {
  readonly text: string
  readonly #decode: (text: string) => Message
  #message: Message | undefined

  constructor(text: string, decode: (text: string) => Message) {
    this.text = text
    this.#decode = decode
  }

  get message(): Message {
    this.#message ??= this.#decode(this.text)
    return this.#message
  }
}

const MAX_BYTES = 32 * 1024 * 1024

export class FrameList<Message> {
  readonly #maxFrames: number
  readonly #frames = new Fifo<Frame<Message>>()
  #bytes = 0
  #forgotten = 0

  constructor(maxFrames: number) {
    this.#maxFrames = maxFrames
  }

  /** Number of dropped frames. */
  get forgotten(): number {
    return this.#forgotten
  }

  all(): readonly Frame<Message>[] {
    return this.#frames.toArray()
  }

  add(frame: Frame<Message>): void {
    this.#frames.push(frame)
    this.#bytes += frame.text.length
    while (this.#frames.size > this.#maxFrames || this.#bytes > MAX_BYTES) this.#forgetOldest()
  }

  #forgetOldest(): void {
    this.#bytes -= this.#frames.shift()?.text.length ?? 0
    this.#forgotten += 1
  }
}
