/** The parts and dependencies of a session. */
import type { Transport } from '../../wire/transport/transport.js'
import type { Access } from '../access/access.js'
import type { EngineParts } from '../engine-parts.js'
import type { GuardedCalls } from '../access/guarded-calls.js'
import type { ReceiveSide } from './receive-side.js'
import type { Registrations } from '../registry/registrations.js'

export interface SessionOptions {
  readonly transport: Transport
  /** The receive side of the transport. */
  readonly receiveSide: ReceiveSide
  readonly remoteAddress: string | undefined
  /** The rights that the listener grants; `undefined` for all. */
  readonly access: Access | undefined
}

/** The handlers of the frames of a session. */
export interface SessionParts extends EngineParts {
  readonly registrations: Registrations
  readonly guardedCalls: GuardedCalls
  /** Functions that the configuration names. */
  readonly namedFunctions: ReadonlySet<string>
  /** Handles binary frames that `isTelemetry` recognises. */
  readonly takeTelemetry: (frame: Uint8Array, workerId: string | undefined) => void
}
