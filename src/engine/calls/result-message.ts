/**
 * Decides which results of workers can be forwarded as received text, because serialising them again would give the
 * same message. This saves most of the cost of a result, the more the larger it is. Checks everything except the result
 * itself.
 */
import type { MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import type { CallIdentity } from '../links/peer.js'

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

/** The text of a result if it can be forwarded unchanged. */
export function textForCaller(
  frame: string | undefined,
  message: ResultMessage,
  call: CallIdentity,
): string | undefined {
  if (frame === undefined || frame.length > MAX_UNCHANGED_CHARACTERS) return undefined
  return isForCallerAsItIs(message, call) ? frame : undefined
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
