/** A call with everything needed to run it, before it is forwarded to a worker. */
import { JsonText, withMember } from '../../wire/protocol/json-text.js'
import { CALLER_WORKER_ID } from '../../wire/protocol/names.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { Access } from '../access/access.js'
import type { CallIdentity, Caller, Peer } from '../links/peer.js'

export interface RoutedCall extends CallIdentity {
  /** Undefined for a void call. */
  readonly caller: Caller | undefined
  readonly data: unknown
  readonly metadata: unknown
  /** The worker whose id is added to the payload. */
  readonly from: Peer | undefined
  /** The rights that are checked when the function is looked up; `undefined` for no check. */
  readonly access: Access | undefined
}

/** The payload as a built-in receives it: large members of a text payload stay text. */
export function inputOf(data: unknown): unknown {
  return data instanceof JsonText ? data.open() : data
}

/** The payload as the callee receives it. The decoded frame is not shared, so its payload may be modified. */
export function withCaller({ data, from }: RoutedCall): unknown {
  if (data instanceof JsonText) {
    if (from === undefined || !data.text.startsWith('{')) return data
    return withMember(data, CALLER_WORKER_ID, new JsonText(JSON.stringify(from.id)))
  }
  if (from !== undefined && isRecord(data)) data[CALLER_WORKER_ID] = from.id
  return data
}

/** The baggage entry that the engine adds: the id of the called function. W3C Baggage syntax. */
const KEY = 'iii.function.id'

/** Characters that a baggage value contains literally. All others are percent-encoded. */
const UNSAFE = /[^\u0021\u0023-\u0024\u0026-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e]+/g

/** The baggage with the entry for this function, which replaces an older one. */
export function withFunctionId(baggage: string | undefined, functionId: string): string {
  const entry = `${KEY}=${functionId.replace(UNSAFE, encode)}`
  if (baggage === undefined || baggage === '') return entry
  if (!baggage.includes(KEY)) return `${baggage},${entry}`
  const others = baggage.split(',').filter((member) => member.split('=', 1)[0]?.trim() !== KEY)
  return [...others, entry].join(',')
}

function encode(text: string): string {
  // A lone surrogate has no UTF-8 form; `toWellFormed` is missing in the oldest supported Node.
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'))
}
