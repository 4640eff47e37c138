/**
 * What a test engine knows of one worker, over all its connections: who it is, the frames both ways, the link it has.
 */
import { ErrorCode } from '../errors.js'
import { engineCodec, workerCodec, type FrameProblem } from '../wire/protocol/codec.js'
import type { EngineMessage, WorkerMessage } from '../wire/protocol/messages.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../wire/protocol/names.js'
import { isRecord } from '../wire/protocol/validate.js'
import { Frame, FrameList } from './frame-list.js'
import type { TappedLink } from './tapped-link.js'

/** Frames of one worker, oldest first. */
export interface RecordedFrames {
  /** What the worker sent. */
  readonly sent: readonly (WorkerMessage | FrameProblem)[]
  /** What was sent to the worker. */
  readonly received: readonly (EngineMessage | FrameProblem)[]
  /** Older frames that are no longer kept. */
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
  /** What the engine called it last. */
  workerId: string
  name: string | undefined
  namespace = DEFAULT_NAMESPACE
  /** The link it has now. */
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

  /** Takes a frame the worker sent. */
  addSent(text: string): Frame<WorkerMessage | FrameProblem> {
    const frame = new Frame(text, decodeSent)
    this.#sent.add(frame)
    // Announcing is rare, so frames that do not mention it are not read.
    if (text.includes(EngineFunctions.REGISTER_WORKER)) this.#announced(frame.message)
    return frame
  }

  /** Takes a frame the worker was sent. */
  addReceived(text: string): Frame<EngineMessage | FrameProblem> {
    const frame = new Frame(text, decodeReceived)
    this.#received.add(frame)
    return frame
  }

  /** Goes on where a newer connection of the same worker has begun. */
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
