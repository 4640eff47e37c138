/**
 * Handles the frames of one client in order. A small frame is handled at once. A large one is parsed in pieces in the
 * lane that all clients share, and its client is not read meanwhile; a large payload stays text. Knows nothing of the
 * meaning of messages.
 */
import { ErrorCode, InvocationError } from '../../errors.js'
import type { FrameProblem } from '../../wire/protocol/codec.js'
import { engineCodec } from '../../wire/protocol/engine-codec.js'
import { membersOf, OUTLINE_LIMITS, parsed } from '../../wire/protocol/json-text.js'
import { ENGINE_JSON, LARGE_JSON_CHARACTERS, MAX_JSON_NODES } from '../../wire/protocol/limits.js'
import type { MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import { isUuid } from '../../wire/protocol/validate.js'
import { describe } from '../../std/text/describe.js'
import { JsonOutline } from '../../std/json/json-outline.js'
import type { TickLane } from '../../std/time/tick-lane.js'
import type { ByteShare, SharedBytes } from '../../wire/transport/shared-bytes.js'
import { CloseCode } from '../../wire/transport/transport.js'
import type { ReceiveSide } from './receive-side.js'

/** Characters of a large frame that are parsed per tick: some 10 ms of the most expensive content (measured). */
const PIECE_CHARACTERS = 128 * 1024

/** The reason for not reading the client. */
const HOLD = 'large frame'

/** A large frame that was refused, as far as it was parsed. */
export interface CostlyFrame {
  readonly problem: FrameProblem
  readonly members: Readonly<Record<string, unknown>>
}

/** The error for a refused call or result; `undefined` for other messages. */
export function refusalOfCostly(
  { code, detail: message }: FrameProblem,
  { type, invocation_id, function_id }: CostlyFrame['members'],
): MessageNamed<WorkerMessage, 'invocationresult'> | undefined {
  const isCall = type === 'invokefunction' || type === 'invocationresult'
  if (!isCall || !isUuid(invocation_id) || typeof function_id !== 'string') return undefined
  return { type: 'invocationresult', invocation_id, function_id, error: { code, message } }
}

/** The receiver of the frames. */
export interface FrameConsumer {
  small(frame: string): void
  large(message: ReturnType<typeof engineCodec.read>): void
  /** A frame that is too expensive to handle. */
  costly(frame: CostlyFrame): void
  binary(frame: Uint8Array): void
}

/** State that the intakes of an engine share. */
interface IntakeParts {
  readonly lane: TickLane
  readonly largeMessages: SharedBytes
}

export class FrameIntake {
  readonly #lane: TickLane
  readonly #message: ByteShare
  readonly #receiveSide: ReceiveSide
  readonly #sink: FrameConsumer
  /** Frames that arrived behind a large one. */
  readonly #waiting: (string | Uint8Array)[] = []
  /** The large frame in progress. */
  #step: (() => boolean) | undefined

  constructor(parts: IntakeParts, receiveSide: ReceiveSide, sink: FrameConsumer) {
    this.#lane = parts.lane
    this.#message = parts.largeMessages.of({ cut: (reason) => this.#drop(reason) })
    this.#receiveSide = receiveSide
    this.#sink = sink
  }

  take(frame: string | Uint8Array): void {
    this.#receiveSide.took(frame.length)
    if (this.#step !== undefined) this.#waiting.push(frame)
    else if (frame.length <= LARGE_JSON_CHARACTERS) this.#small(frame)
    else this.#start(frame)
  }

  /** Handles everything that arrived before the client disconnected, at once. */
  finish(): void {
    while (this.#step !== undefined) {
      const step = this.#step
      this.#lane.remove(step)
      while (!step()) continue
    }
  }

  /** Handles no more frames of the client. */
  #drop(reason: string): void {
    if (this.#step !== undefined) this.#lane.remove(this.#step)
    this.#step = undefined
    this.#waiting.length = 0
    this.#receiveSide.end(CloseCode.TRY_AGAIN_LATER, reason)
  }

  #small(frame: string | Uint8Array): void {
    if (typeof frame === 'string') this.#sink.small(frame)
    else this.#sink.binary(frame)
  }

  #start(frame: string | Uint8Array): void {
    const read = typeof frame === 'string' ? this.#reading(frame) : undefined
    this.#receiveSide.hold(HOLD)
    this.#step = () => {
      if (read?.() === false) return false
      this.#step = undefined
      this.#message.set(0)
      if (typeof frame !== 'string') this.#sink.binary(frame)
      this.#next()
      return true
    }
    this.#lane.add(this.#step)
    // Last, since it may drop the frame.
    this.#message.set(frame.length)
  }

  #next(): void {
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) {
      if (frame.length > LARGE_JSON_CHARACTERS) {
        this.#start(frame)
        return
      }
      this.#small(frame)
    }
    this.#receiveSide.release(HOLD)
  }

  /** Parses a piece of a frame; true once the frame has been handled. */
  #reading(frame: string): () => boolean {
    const outline = new JsonOutline(frame, { ...OUTLINE_LIMITS, ...ENGINE_JSON })
    return () => {
      if (!outline.step(PIECE_CHARACTERS)) return false
      const problem = problemOf(outline)
      const members = membersOf(outline)
      try {
        if (problem === undefined) this.#sink.large(engineCodec.read(payloadAlone(members), frame))
        else this.#sink.costly({ problem, members: members ?? {} })
      } catch (error) {
        if (!(error instanceof InvocationError)) throw error
        this.#sink.costly({ problem: tooCostly(error.detail), members: members ?? {} })
      }
      return true
    }
  }
}

/**
 * The parsed members of a message, with only the payload left as text: the engine reads all others.
 * @throws {InvocationError} `MESSAGE_TOO_LARGE` when one of them is too expensive to parse.
 */
function payloadAlone(members: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  for (const [key, value] of Object.entries(members ?? {})) {
    if (members !== undefined && key !== 'data' && key !== 'result') members[key] = parsed(value)
  }
  return members
}

function problemOf({ fault, text }: JsonOutline): FrameProblem | undefined {
  switch (fault) {
    case undefined:
      return undefined
    case 'too_many_nodes':
      return tooCostly(`it has more than ${String(MAX_JSON_NODES)} values`)
    case 'too_deep':
      return tooCostly(`it is nested more than ${String(ENGINE_JSON.maxDepth)} levels deep`)
    case 'not_json':
      return { type: 'invalid', code: ErrorCode.MALFORMED_FRAME, detail: `${NOT_READABLE}: ${describe(text)}` }
  }
}

const NOT_READABLE =
  'text that is not JSON, or holds half a surrogate pair or a number above the largest double, which engines do not read'

function tooCostly(reason: string): FrameProblem {
  return { type: 'invalid', code: ErrorCode.MESSAGE_TOO_LARGE, detail: `The message is too large: ${reason}` }
}
