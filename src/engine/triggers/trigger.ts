/**
 * A trigger that was registered, and the type that makes it fire. A trigger without a type is parked: it waits, unseen,
 * until one appears.
 */
import type { ErrorBody } from '../../errors.js'
import type { Binding, BuiltinTriggerType } from '../builtins/builtin.js'
import type { Peer } from '../links/peer.js'

/** Who makes triggers of a type fire. */
type Provider =
  | { readonly kind: 'worker'; readonly peer: Peer }
  | { readonly kind: 'builtin'; readonly builtin: string; readonly type: BuiltinTriggerType }

export interface TriggerType {
  readonly id: string
  readonly namespace: string
  readonly description: string
  readonly configurationSchema: unknown
  readonly requestSchema: unknown
  /** Memory that the registration takes. */
  readonly bytes: number
  readonly provider: Provider
}

/** What is asked for when a trigger is registered. */
export interface TriggerRequest extends Binding {
  /** Where the type is looked up first: the namespace of whoever registers. */
  readonly homeNamespace: string
  /** The only place the type is looked up, when one was named. */
  readonly typeNamespace: string | undefined
  /** `undefined` when it was registered through a function: it then outlives every connection. */
  readonly owner: Peer | undefined
  /** Memory that the registration takes. */
  readonly bytes: number
}

export interface Trigger extends TriggerRequest {
  /** `undefined` while it is parked. */
  type: TriggerType | undefined
  /** Told once, when the provider has answered or is gone. */
  onAnswer: ((error: ErrorBody | undefined) => void) | undefined
}
