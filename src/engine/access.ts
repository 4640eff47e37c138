/**
 * What one connection of a guarded listener may do, as its auth function and the listener's settings say. Decides;
 * does nothing itself. An open listener has no `Access` at all.
 */
import type { ErrorBody } from '../errors.js'
import type { EngineMessage, MessageNamed, WorkerMessage } from '../protocol/messages.js'

export interface Access {
  /** Why a call is not allowed, or `undefined` when it is. `metadata` is that of the function, if it exists. */
  refuseCall(namespace: string, functionId: string, metadata: unknown): ErrorBody | undefined
  /** Why a worker may not live in a namespace, or `undefined` when it may. */
  refuseNamespace(namespace: string): ErrorBody | undefined
  /** Looks at a registration before it takes effect, asking the listener's hooks where there are any. */
  admit(message: RegistrationMessage, namespace: string): Admission | Promise<Admission>
  /** Where calls go instead of to their targets, and what is told about the session there. */
  readonly middleware: { readonly functionId: string; readonly context: unknown } | undefined
}

/** Messages that need the worker's namespace and that hooks may look at. */
export type RegistrationMessage = MessageNamed<
  WorkerMessage,
  | 'registerfunction'
  | 'unregisterfunction'
  | 'registertriggertype'
  | 'registertrigger'
  | 'unregistertrigger'
  | 'registerservice'
>

/** Whether a registration takes effect, and as what. */
export type Admission =
  /** `localId` is what the worker calls a function that is registered under another id. */
  | { readonly kind: 'admitted'; readonly message: RegistrationMessage; readonly localId?: string }
  /** Refused; most refusals are silent. */
  | { readonly kind: 'refused'; readonly reason: string; readonly reply?: EngineMessage }
