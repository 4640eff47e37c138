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
  /** The text of `data` as it was received, if it may be forwarded unchanged. */
  readonly text: string | undefined
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

/** The payload as a worker receives it: as received text, unless a member of it has to be replaced. */
export function payloadOf(call: RoutedCall): unknown {
  const { data, text } = call
  if (text === undefined || (isRecord(data) && Object.hasOwn(data, CALLER_WORKER_ID))) return withCaller(call)
  return withCaller({ data: new JsonText(text), from: call.from })
}

/** The payload with the id of the caller. The decoded frame is not shared, so its payload may be modified. */
export function withCaller({ data, from }: Pick<RoutedCall, 'data' | 'from'>): unknown {
  if (data instanceof JsonText) {
    if (from === undefined || !data.text.startsWith('{')) return data
    return withMember(data, CALLER_WORKER_ID, new JsonText(JSON.stringify(from.id)))
  }
  if (from !== undefined && isRecord(data)) data[CALLER_WORKER_ID] = from.id
  return data
}
