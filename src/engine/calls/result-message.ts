/**
 * Tells which answers of workers can be handed on as the text they came in: those for which writing them anew would say
 * the same. That spares most of what an answer costs, the more the larger it is. Looks at everything but the result.
 */
import type { MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import type { Call } from '../links/peer.js'

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
 * Longer texts are always written anew, since that can shorten them: some clients escape every letter beyond ASCII, and
 * the Python client takes no message over 1 MiB.
 */
const MAX_UNCHANGED_CHARACTERS = 256 * 1024

/** The text of an answer if its caller is to get just that. */
export function textForCaller(frame: string | undefined, message: ResultMessage, call: Call): string | undefined {
  if (frame === undefined || frame.length > MAX_UNCHANGED_CHARACTERS) return undefined
  return isForCallerAsItIs(message, call) ? frame : undefined
}

/** Whether a result, not an error, is what the caller is to get: all of it, nothing more, and under the caller's names. */
export function isForCallerAsItIs(message: ResultMessage, call: Call): boolean {
  const { function_id, traceparent, baggage } = message
  if (function_id !== call.functionId) return false
  // What the worker left out is filled in from the call.
  if (traceparent === undefined && call.traceparent !== undefined) return false
  if (baggage === undefined && call.baggage !== undefined) return false
  // A member that reads as absent was a null, which the caller is not to see.
  for (const [name, value] of Object.entries(message)) {
    if (value === undefined || !MEMBERS.has(name)) return false
  }
  return 'result' in message
}
