/**
 * The frames of one client in their order. A small one is handled at once; a large one is read piece by piece in the lane
 * that all clients share, and its client is not read meanwhile. A large payload stays text. Knows nothing of what
 * messages mean.
 */
import { ErrorCode, InvocationError } from '../errors.js'
import { engineCodec, type FrameProblem } from '../protocol/codec.js'
import { membersOf, OUTLINE_LIMITS, parsed } from '../protocol/json-text.js'
import { LARGE_JSON_CHARACTERS, MAX_JSON_LEVELS, MAX_JSON_NODES } from '../protocol/limits.js'
import { describe } from '../std/describe.js'
import { JsonOutline } from '../std/json-outline.js'
import type { TickLane } from '../std/tick-lane.js'
import type { Inlet } from './inlet.js'

/** Characters of a large frame that are read in one tick: some 10 ms of the costliest content (measured). */
const PIECE_CHARACTERS = 128 * 1024

/** Why the client is not read. */
const HOLD = 'large frame'

/** A large frame that was not taken on, as far as it was read. */
export interface CostlyFrame {
  readonly problem: FrameProblem
  readonly members: Readonly<Record<string, unknown>>
}

/** What takes the frames. */
export interface FrameSink {
  small(frame: string): void
  large(message: ReturnType<typeof engineCodec.read>): void
  /** A frame that costs more than a frame may. */
  costly(frame: CostlyFrame): void
  binary(frame: Uint8Array): void
}

export class FrameIntake {
  readonly #lane: TickLane
  readonly #inlet: Inlet
  readonly #sink: FrameSink
  /** Frames that came behind a large one. */
  readonly #waiting: (string | Uint8Array)[] = []
  /** The large frame that is being handled. */
  #step: (() => boolean) | undefined

  constructor(lane: TickLane, inlet: Inlet, sink: FrameSink) {
    this.#lane = lane
    this.#inlet = inlet
    this.#sink = sink
  }

  take(frame: string | Uint8Array): void {
    this.#inlet.took(frame.length)
    if (this.#step !== undefined) this.#waiting.push(frame)
    else if (frame.length <= LARGE_JSON_CHARACTERS) this.#small(frame)
    else this.#start(frame)
  }

  /** Handles everything that came before the client left, at once. */
  finish(): void {
    while (this.#step !== undefined) {
      const step = this.#step
      this.#lane.remove(step)
      while (!step()) continue
    }
  }

  #small(frame: string | Uint8Array): void {
    if (typeof frame === 'string') this.#sink.small(frame)
    else this.#sink.binary(frame)
  }

  #start(frame: string | Uint8Array): void {
    const read = typeof frame === 'string' ? this.#reading(frame) : undefined
    this.#inlet.hold(HOLD)
    this.#step = () => {
      if (read?.() === false) return false
      this.#step = undefined
      if (typeof frame !== 'string') this.#sink.binary(frame)
      this.#next()
      return true
    }
    this.#lane.add(this.#step)
  }

  #next(): void {
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) {
      if (frame.length > LARGE_JSON_CHARACTERS) {
        this.#start(frame)
        return
      }
      this.#small(frame)
    }
    this.#inlet.release(HOLD)
  }

  /** Reads a piece of a frame; true when it has been handled. */
  #reading(frame: string): () => boolean {
    const outline = new JsonOutline(frame, OUTLINE_LIMITS)
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
 * What the members of a message are, with the payload alone left as text: the engine itself reads all others.
 * @throws {InvocationError} `MESSAGE_TOO_LARGE` when one of them costs too much.
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
      return tooCostly(`it holds more than ${String(MAX_JSON_NODES)} values`)
    case 'too_deep':
      return tooCostly(`it is nested more than ${String(MAX_JSON_LEVELS)} levels deep`)
    case 'not_json':
      return { type: 'invalid', code: ErrorCode.MALFORMED_FRAME, detail: `text that is not JSON: ${describe(text)}` }
  }
}

function tooCostly(reason: string): FrameProblem {
  return { type: 'invalid', code: ErrorCode.MESSAGE_TOO_LARGE, detail: `The message is too large: ${reason}` }
}
