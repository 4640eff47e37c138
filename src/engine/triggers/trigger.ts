/**
 * A registered trigger, and the type that fires it. A trigger without a provider is parked: it is not listed, and waits
 * until the type is registered.
 */
import type { ErrorBody } from '../../errors.js'
import type { Binding, BuiltinTriggerType } from '../builtins/builtin.js'
import type { Peer } from '../links/peer.js'

/** The provider of a trigger type. */
type Provider =
  | { readonly kind: 'worker'; readonly peer: Peer }
  | { readonly kind: 'builtin'; readonly builtin: string; readonly type: BuiltinTriggerType }

export interface TriggerType {
  readonly id: string
  readonly namespace: string
  readonly description: string
  readonly configurationSchema: unknown
  readonly requestSchema: unknown
  /** The result of bound functions; `undefined` for types of workers, whose registration has none. */
  readonly responseSchema?: unknown
  /** Memory of the registration. */
  readonly bytes: number
  readonly provider: Provider
}

/** The data of a trigger registration. */
export interface TriggerRegistration extends Binding {
  /** The first namespace in which the type is looked up: that of the session that registers the trigger. */
  readonly homeNamespace: string
  /** The only namespace in which the type is looked up, if one was named. */
  readonly typeNamespace: string | undefined
  /** `undefined` if it was registered by a call: it then outlives every connection. */
  readonly owner: Peer | undefined
  /** Memory of the registration. */
  readonly bytes: number
}

export interface Trigger extends TriggerRegistration {
  /** `undefined` while it is parked. */
  type: TriggerType | undefined
  /** Called once, when the provider has answered or is gone. */
  onAnswer: ((error: ErrorBody | undefined) => void) | undefined
}
