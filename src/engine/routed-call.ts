/**
 * A call with everything needed to carry it out, before anybody has been asked to.
 */
import type { Access } from './access.js'
import type { Call, Caller, Peer } from './peer.js'

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
