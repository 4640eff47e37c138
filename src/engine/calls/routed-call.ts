/**
 * A call with everything needed to carry it out, before anybody has been asked to.
 */
import { JsonText, withMember } from '../../wire/protocol/json-text.js'
import { CALLER_WORKER_ID } from '../../wire/protocol/names.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { Access } from '../access/access.js'
import type { Call, Caller, Peer } from '../links/peer.js'

export interface RoutedCall extends Call {
  /** Nobody, for a void call. */
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
