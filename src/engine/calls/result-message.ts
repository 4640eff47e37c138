/**
 * Decides which results of workers can be forwarded as received text, because serialising them again would give the
 * same message. This saves most of the cost of a result, the more the larger it is. Checks everything except the result
 * itself.
 */
import type { MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import type { CallIdentity, CallOutcome } from '../links/peer.js'

export type ResultMessage = MessageNamed<WorkerMessage, 'invocationresult'>

const MEMBERS: ReadonlySet<string> = new Set([
  'type',
  'invocation_id',
  'function_id',
  'result',
  'traceparent',
  'baggage',
])

/**
 * Longer texts are always serialised again, which can shorten them: some clients escape every non-ASCII character, and
 * the Python client rejects messages above 1 MiB.
 */
const MAX_UNCHANGED_CHARACTERS = 256 * 1024

/** The frame of a result and the text of its value, as they were received. */
export type ReceivedText = Pick<CallOutcome, 'frame' | 'text'>

/** What can be forwarded unchanged of a result. */
export function textForCaller({ frame, text }: ReceivedText, message: ResultMessage, call: CallIdentity): ReceivedText {
  if (frame === undefined || frame.length > MAX_UNCHANGED_CHARACTERS) return {}
  if (isForCallerAsItIs(message, call)) return { frame }
  // A null reads as absent.
  return message.result === undefined ? {} : { text }
}

/**
 * Whether the message contains all members that the caller receives, no others, and the same names. Errors are not
 * forwarded.
 */
export function isForCallerAsItIs(message: ResultMessage, call: CallIdentity): boolean {
  const { function_id, traceparent, baggage } = message
  if (function_id !== call.functionId) return false
  // The caller receives the headers of its own call, whatever the worker sends.
  if (traceparent !== call.traceparent || baggage !== call.baggage) return false
  // A member that was null reads as absent, and the caller must not receive the null.
  for (const [name, value] of Object.entries(message)) {
    if (value === undefined || !MEMBERS.has(name)) return false
  }
  return 'result' in message
}
