/**
 * What a session is made of and works with.
 */
import type { Transport } from '../../wire/transport/transport.js'
import type { Access } from '../access/access.js'
import type { EngineParts } from '../engine-parts.js'
import type { GuardedCalls } from '../access/guarded-calls.js'
import type { Inlet } from './inlet.js'
import type { Registrations } from '../registry/registrations.js'

export interface SessionOptions {
  readonly transport: Transport
  /** How the transport is read. */
  readonly inlet: Inlet
  readonly remoteAddress: string | undefined
  /** What the listener allows; `undefined` for everything. */
  readonly access: Access | undefined
}

/** What a session hands its frames to. */
export interface SessionParts extends EngineParts {
  readonly registrations: Registrations
  readonly guardedCalls: GuardedCalls
  /** Functions that the configuration names. */
  readonly namedFunctions: ReadonlySet<string>
  /** Takes binary frames that `isTelemetry` recognises. */
  readonly takeTelemetry: (frame: Uint8Array, workerId: string | undefined) => void
}
