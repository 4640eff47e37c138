/**
 * Frames to messages and back, for either end. A frame that does not fit becomes a `FrameProblem` that says what was
 * expected and what came; it never throws, because one bad frame must not cost the link. Knows no sockets.
 */
import { ErrorCode, SerdeError } from '../errors.js'
import { describe, messageOf } from '../std/describe.js'
import { MAX_INBOUND_BYTES, MAX_MESSAGE_BYTES } from './limits.js'
import { JsonText, withTextMembers } from './json-text.js'
import { engineMessages, workerMessages, type MessageOf, type MessageTable } from './messages.js'
import { findMismatch, isAnything, isRecord, isUuid, type Shape, type ShapeEntries } from './validate.js'

/** A frame that could not be read. */
export interface FrameProblem {
  readonly type: 'invalid'
  readonly code:
    typeof ErrorCode.MALFORMED_FRAME | typeof ErrorCode.UNKNOWN_MESSAGE_TYPE | typeof ErrorCode.MESSAGE_TOO_LARGE
  /** What was expected and what came, in one sentence. */
  readonly detail: string
}

/** A frame of white space only, which both ends ignore. */
export interface BlankFrame {
  readonly type: 'blank'
}

export interface Codec<Outbound, Inbound> {
  /**
   * Writes a message as one frame of JSON text.
   * @throws {SerdeError} `serialization_error` when a value is not JSON (cycle, BigInt, nested too deep);
   * `MALFORMED_FRAME` when a member is missing or of the wrong kind; `MESSAGE_TOO_LARGE` above what the peer takes.
   */
  encode(message: Outbound): string
  /** Reads one frame. */
  decode(frame: string): Inbound | FrameProblem | BlankFrame
  /** Reads what a frame was parsed to. */
  read(value: unknown, frame: string): Inbound | FrameProblem | BlankFrame
}

function problem(code: FrameProblem['code'], detail: string): FrameProblem {
  return { type: 'invalid', code, detail }
}

function createCodec<Out extends MessageTable, In extends MessageTable>(
  outbound: Out,
  inbound: In,
  maxBytes: number,
): Codec<MessageOf<Out>, MessageOf<In>> {
  const outboundShapes = entriesByType(outbound, isCheckedOnWriting)
  const inboundShapes = entriesByType(inbound)
  const read = (value: unknown, frame: string): MessageOf<In> | FrameProblem | BlankFrame => {
    if (!isRecord(value)) return frame.trim() === '' ? { type: 'blank' } : notAnObject(frame, value)
    const type = value['type']
    const shape = typeof type === 'string' ? inboundShapes.get(type) : undefined
    if (shape === undefined) {
      return problem(
        ErrorCode.UNKNOWN_MESSAGE_TYPE,
        `expected \`type\` to be one of ${[...inboundShapes.keys()].join(', ')}; got ${describe(type)}`,
      )
    }
    const mismatch = findMismatch(shape, value)
    if (mismatch !== undefined) return problem(ErrorCode.MALFORMED_FRAME, `${String(type)}: ${mismatch}`)
    // The shape's check just established the type.
    return value as MessageOf<In>
  }
  return {
    read,
    encode(message) {
      const shape = outboundShapes.get(message.type)
      const mismatch =
        shape === undefined
          ? `type ${describe(message.type)} is not one this end sends`
          : findMismatch(shape, message, 'keep')
      if (mismatch !== undefined) throw new SerdeError(ErrorCode.MALFORMED_FRAME, `Message not sent: ${mismatch}`)
      const { data, result } = message as { readonly data?: unknown; readonly result?: unknown }
      const isText = JsonText.is(data) || JsonText.is(result)
      return toText(isText ? withTextMembers({ ...message }) : message, maxBytes)
    },
    decode: (frame) => read(parse(frame), frame),
  }
}

function entriesByType(
  table: MessageTable,
  isChecked: (field: Shape[string]) => boolean = () => true,
): ReadonlyMap<string, ShapeEntries> {
  const entriesOf = (shape: Shape): ShapeEntries => Object.entries(shape).filter(([, field]) => isChecked(field))
  return new Map(Object.entries(table).map(([type, shape]) => [type, entriesOf(shape)]))
}

/**
 * Ids of calls and sessions are made by this package or were checked when they came in, and what may be anything needs
 * no look: leaving both out spares a call two expressions and four lookups.
 */
function isCheckedOnWriting({ accepts }: Shape[string]): boolean {
  return accepts !== isUuid && accepts !== isAnything
}

function parse(frame: string): unknown {
  try {
    return JSON.parse(frame)
  } catch {
    return undefined
  }
}

function notAnObject(frame: string, value: unknown): FrameProblem {
  const seen = value === undefined ? `text that is not JSON: ${describe(frame)}` : describe(value)
  return problem(ErrorCode.MALFORMED_FRAME, `expected a JSON object; got ${seen}`)
}

/** Enough to tell what went wrong; user code may throw a message of any length. */
const MAX_REASON_CHARACTERS = 500

function toText(message: unknown, maxBytes: number): string {
  let text: string
  try {
    text = message instanceof JsonText ? message.text : JSON.stringify(message)
  } catch (cause) {
    const reason = messageOf(cause).slice(0, MAX_REASON_CHARACTERS)
    throw new SerdeError(ErrorCode.serialization_error, `The value cannot be written as JSON: ${reason}`, { cause })
  }
  checkSize(text, maxBytes)
  return text
}

function checkSize(text: string, maxBytes: number): void {
  // A UTF-16 unit takes at most three bytes in UTF-8, so small frames need no count.
  if (text.length * 3 <= maxBytes) return
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxBytes) return
  throw new SerdeError(
    ErrorCode.MESSAGE_TOO_LARGE,
    `The message has ${String(bytes)} bytes; the peer takes at most ${String(maxBytes)}. Send large data through a channel.`,
  )
}

/** The worker's end: writes worker messages, reads engine messages. */
export const workerCodec = createCodec(workerMessages, engineMessages, MAX_MESSAGE_BYTES)

/** The engine's end: the same tables swapped. */
export const engineCodec = createCodec(engineMessages, workerMessages, MAX_INBOUND_BYTES)
