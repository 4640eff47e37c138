/**
 * Converts frames to messages and back, for either end. An invalid frame becomes a `FrameProblem` with the expected and
 * the received value. Decoding never throws, so that an invalid frame does not close the connection. Independent of
 * sockets.
 */
import { ErrorCode, SerdeError } from '../../errors.js'
import { describe, messageOf } from '../../std/text/describe.js'
import { nestsDeeper, withoutLoneSurrogates, type JsonLimits } from '../../std/json/json-scan.js'
import { ENGINE_JSON, MAX_MESSAGE_BYTES } from './limits.js'
import { engineMessages, workerMessages, type MessageOf, type MessageTable } from './messages.js'
import { utf8Length } from '../../std/text/utf8.js'
import { pathBelow } from '../../std/json/walk.js'
import { findMismatch, isAnything, isRecord, isUuid, type Shape, type ShapeEntries } from './validate.js'

/** A frame that could not be parsed. */
export interface FrameProblem {
  /** Always `invalid`. */
  readonly type: 'invalid'
  /** Why the frame could not be read. */
  readonly code:
    typeof ErrorCode.MALFORMED_FRAME | typeof ErrorCode.UNKNOWN_MESSAGE_TYPE | typeof ErrorCode.MESSAGE_TOO_LARGE
  /** Expected and received value, in one sentence. */
  readonly detail: string
}

/** A frame of white space only, which both ends ignore. */
export interface BlankFrame {
  readonly type: 'blank'
}

export interface Codec<Outbound, Inbound> {
  /**
   * Serialises a message as one frame of JSON text; half a surrogate pair in it becomes U+FFFD.
   * @throws {SerdeError} `serialization_error` when a value is not JSON (cycle, BigInt) or nests deeper than the peer
   * reads; `MALFORMED_FRAME` when a member is missing or has the wrong type; `MESSAGE_TOO_LARGE` above the limit of the
   * peer.
   */
  encode(message: Outbound): string
  /** Decodes one frame. */
  decode(frame: string): Inbound | FrameProblem | BlankFrame
  /** Validates a parsed frame. */
  read(value: unknown, frame: string): Inbound | FrameProblem | BlankFrame
}

function problem(code: FrameProblem['code'], detail: string): FrameProblem {
  return { type: 'invalid', code, detail }
}

/** How one end writes and reads frames. Frames that are short enough are not measured. */
interface Ends {
  /** The largest frame that the peer reads. */
  readonly maxBytes: number
  /** The levels that the peer reads. */
  readonly maxDepth: number
  /** Serialises a message. Default `JSON.stringify`. */
  readonly write?: (message: object) => string
  /** Why this end cannot use a frame although JavaScript could read it. */
  readonly faultOf?: (frame: string, value: () => unknown) => string | undefined
}

/** The codec of one end. */
export function createCodec<Out extends MessageTable, In extends MessageTable>(
  outbound: Out,
  inbound: In,
  ends: Ends,
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
    // The check of the shape established the type.
    return value as MessageOf<In>
  }
  return {
    read,
    encode(message) {
      checkOutbound(message, outboundShapes.get(message.type))
      return toText(message, ends)
    },
    decode(frame) {
      const fault = ends.faultOf?.(frame, () => parse(frame))
      return fault === undefined ? read(parse(frame), frame) : problem(ErrorCode.MALFORMED_FRAME, fault)
    },
  }
}

function checkOutbound(message: { readonly type: string }, shape: ShapeEntries | undefined): void {
  const mismatch =
    shape === undefined
      ? `type ${describe(message.type)} is not one this end sends`
      : findMismatch(shape, message, 'keep')
  if (mismatch !== undefined) throw new SerdeError(ErrorCode.MALFORMED_FRAME, `Message not sent: ${mismatch}`)
}

function entriesByType(
  table: MessageTable,
  isChecked: (field: Shape[string]) => boolean = () => true,
): ReadonlyMap<string, ShapeEntries> {
  const entriesOf = (shape: Shape): ShapeEntries => Object.entries(shape).filter(([, field]) => isChecked(field))
  return new Map(Object.entries(table).map(([type, shape]) => [type, entriesOf(shape)]))
}

/**
 * Ids of calls and sessions were created by this package or validated on arrival, and fields that accept any value need
 * no check. Skipping both saves each call two expressions and four lookups.
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

/** Enough to identify the problem; user code may throw a message of any length. */
const MAX_REASON_CHARACTERS = 500

function toText(message: object, { maxBytes, maxDepth, write = JSON.stringify }: Ends): string {
  let text: string
  try {
    text = write(message)
  } catch (cause) {
    if (cause instanceof RangeError) refuseNesting(message, { maxDepth }, cause)
    const reason = messageOf(cause).slice(0, MAX_REASON_CHARACTERS)
    throw new SerdeError(ErrorCode.serialization_error, `The value cannot be serialised as JSON: ${reason}`, { cause })
  }
  checkSize(text, maxBytes)
  if (nestsDeeper(text, maxDepth)) refuseNesting(JSON.parse(text) as object, { maxDepth })
  return withoutLoneSurrogates(text)
}

/** Throws if a message nests deeper than its reader accepts, naming the place. */
export function refuseNesting(message: object, { maxDepth = Infinity }: JsonLimits, cause?: unknown): void {
  const path = pathBelow(message, maxDepth)
  if (path === undefined) return
  // `data` on the wire is `payload` in the API.
  const named = path.replace(/^data\b/, 'payload')
  const place = named.length > SHOWN_PATH_CHARACTERS ? `${named.slice(0, SHOWN_PATH_CHARACTERS)}…` : named
  const limit = `the engine reads ${String(maxDepth - 1)} levels of lists and objects`
  const text = `The value nests too deep at \`${place}\`: ${limit}. Flatten it, or send a string of JSON.`
  throw new SerdeError(ErrorCode.serialization_error, text, { cause })
}

/** The rest of a path of a hundred members adds little. */
const SHOWN_PATH_CHARACTERS = 200

function checkSize(text: string, maxBytes: number): void {
  // A UTF-16 unit takes at most three bytes in UTF-8, so small frames need no count.
  if (text.length * 3 <= maxBytes) return
  const bytes = utf8Length(text)
  if (bytes <= maxBytes) return
  throw new SerdeError(
    ErrorCode.MESSAGE_TOO_LARGE,
    `The message has ${String(bytes)} bytes; the peer accepts at most ${String(maxBytes)}. Send large data through a channel.`,
  )
}

/** The end of the worker: encodes worker messages, decodes engine messages. */
export const workerCodec = createCodec(workerMessages, engineMessages, {
  maxBytes: MAX_MESSAGE_BYTES,
  maxDepth: ENGINE_JSON.maxDepth,
})
