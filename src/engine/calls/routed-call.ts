/**
 * A call with everything needed to run it, before it is forwarded to a worker.
 */
import { JsonText, withMember } from '../../wire/protocol/json-text.js'
import { CALLER_WORKER_ID } from '../../wire/protocol/names.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { Access } from '../access/access.js'
import type { Call, Caller, Peer } from '../links/peer.js'

export interface RoutedCall extends Call {
  /** Undefined for a void call. */
  readonly caller: Caller | undefined
  readonly data: unknown
  readonly metadata: unknown
  /** The worker whose id is added to the payload. */
  readonly from: Peer | undefined
  /** Whose rights the call is checked against when its function is looked up; `undefined` for no check. */
  readonly access: Access | undefined
}

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

/**
 * The one entry the engine adds to the baggage it passes on: which function is being called. W3C Baggage syntax.
 */
const KEY = 'iii.function.id'

/** Characters a baggage value holds as they are. Anything else is percent-encoded. */
const UNSAFE = /[^\u0021\u0023-\u0024\u0026-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e]+/g

/** The baggage with the entry for this function, in place of an older one. */
export function withFunctionId(baggage: string | undefined, functionId: string): string {
  const entry = `${KEY}=${functionId.replace(UNSAFE, encode)}`
  if (baggage === undefined || baggage === '') return entry
  if (!baggage.includes(KEY)) return `${baggage},${entry}`
  const others = baggage.split(',').filter((member) => member.split('=', 1)[0]?.trim() !== KEY)
  return [...others, entry].join(',')
}

function encode(text: string): string {
  // A lone surrogate has no UTF-8 form; `toWellFormed` is newer than the oldest Node this runs on.
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'))
}
