/**
 * The latest frames of one direction, oldest first. Bounded by count and by bytes; the oldest go first and are counted.
 * A frame is decoded when somebody looks at it, so that recording costs next to nothing.
 */
import { Fifo } from '../std/async/fifo.js'
import type { FrameProblem } from '../wire/protocol/codec.js'
import type { EngineMessage, WorkerMessage } from '../wire/protocol/messages.js'

/** A recorded message, or what was wrong with a frame that is none. */
export type RecordedFrame = WorkerMessage | EngineMessage | FrameProblem

/** A frame as it went over the wire, read at most once. */
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

  /** Frames that are no longer here. */
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
