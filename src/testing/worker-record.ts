/**
 * The record of one worker in a test engine, over all its connections: its identity, the frames in both directions, its
 * connection.
 */
import { ErrorCode } from '../errors.js'
import { workerCodec, type FrameProblem } from '../wire/protocol/codec.js'
import { engineCodec } from '../wire/protocol/engine-codec.js'
import type { EngineMessage, WorkerMessage } from '../wire/protocol/messages.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../wire/protocol/names.js'
import { isRecord } from '../wire/protocol/validate.js'
import { Frame, FrameList } from './frame-list.js'
import type { TappedLink } from './tapped-link.js'

/** Frames of one worker, oldest first. */
export interface RecordedFrames {
  /** Frames that the worker sent. */
  readonly sent: readonly (WorkerMessage | FrameProblem)[]
  /** Frames that were sent to the worker. */
  readonly received: readonly (EngineMessage | FrameProblem)[]
  /** Number of older frames that were dropped. */
  readonly forgotten: number
}

const BLANK: FrameProblem = { type: 'invalid', code: ErrorCode.MALFORMED_FRAME, detail: 'a blank frame' }

function decodeSent(text: string): WorkerMessage | FrameProblem {
  const message = engineCodec.decode(text)
  return message.type === 'blank' ? BLANK : message
}

function decodeReceived(text: string): EngineMessage | FrameProblem {
  const message = workerCodec.decode(text)
  return message.type === 'blank' ? BLANK : message
}

export class WorkerRecord {
  /** The latest id from the engine. */
  workerId: string
  name: string | undefined
  namespace = DEFAULT_NAMESPACE
  /** The current connection. */
  link: TappedLink | undefined
  readonly #sent: FrameList<WorkerMessage | FrameProblem>
  readonly #received: FrameList<EngineMessage | FrameProblem>

  constructor(workerId: string, maxFrames: number) {
    this.workerId = workerId
    this.#sent = new FrameList(maxFrames)
    this.#received = new FrameList(maxFrames)
  }

  get frames(): RecordedFrames {
    return {
      sent: this.#sent.all().map(({ message }) => message),
      received: this.#received.all().map(({ message }) => message),
      forgotten: this.#sent.forgotten + this.#received.forgotten,
    }
  }

  /** Records a frame from the worker. */
  addSent(text: string): Frame<WorkerMessage | FrameProblem> {
    const frame = new Frame(text, decodeSent)
    this.#sent.add(frame)
    // Registrations are rare, so frames that do not mention one are not parsed.
    if (text.includes(EngineFunctions.REGISTER_WORKER)) this.#announced(frame.message)
    return frame
  }

  /** Records a frame to the worker. */
  addReceived(text: string): Frame<EngineMessage | FrameProblem> {
    const frame = new Frame(text, decodeReceived)
    this.#received.add(frame)
    return frame
  }

  /** Continues with a newer connection of the same worker. */
  adopt(newer: WorkerRecord): void {
    this.workerId = newer.workerId
    for (const frame of newer.#sent.all()) this.#sent.add(frame)
    for (const frame of newer.#received.all()) this.#received.add(frame)
  }

  #announced(message: WorkerMessage | FrameProblem): void {
    if (message.type !== 'invokefunction' || message.function_id !== EngineFunctions.REGISTER_WORKER) return
    const { name, namespace } = isRecord(message.data) ? message.data : {}
    if (typeof name === 'string') this.name = name
    if (typeof namespace === 'string') this.namespace = namespace
  }
}
