/**
 * The payload of a call, as whoever carries it out gets it. Large ones come as text.
 */
import { JsonText, withMember } from '../protocol/json-text.js'
import { CALLER_WORKER_ID } from '../protocol/names.js'
import { isRecord } from '../protocol/validate.js'
import type { RoutedCall } from './routed-call.js'

/** What a built-in reads of a payload that came as text: large members stay text. */
export function inputOf(data: unknown): unknown {
  return data instanceof JsonText ? data.open() : data
}

/** The payload as the callee gets it. The decoded frame is ours, so its payload may be written to. */
export function withCaller({ data, from }: RoutedCall): unknown {
  if (data instanceof JsonText) {
    if (from === undefined || !data.text.startsWith('{')) return data
    return withMember(data, CALLER_WORKER_ID, new JsonText(JSON.stringify(from.id)))
  }
  if (from !== undefined && isRecord(data)) data[CALLER_WORKER_ID] = from.id
  return data
}
