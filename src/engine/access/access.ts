/**
 * What one connection of a guarded listener may do, as its auth function and the listener's settings say. Decides;
 * does nothing itself. An open listener has no `Access` at all.
 */
import type { ErrorBody } from '../../errors.js'
import type { EngineMessage, MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'

/** What a session may call and register. */
export interface Access {
  /** Whose rights these are: the same object for a session and the one that reattaches to it. */
  readonly holder: object
  /** Takes over from the session that its connection reattaches to. */
  succeed(previous: Access): void
  /** Why a call is not allowed, or `undefined` when it is. `metadata` is that of the function, if it exists. */
  refuseCall(namespace: string, functionId: string, metadata: unknown): ErrorBody | undefined
  /** Why a function must not run for this session, whatever else is granted: it is forbidden by name. */
  refuseForbidden(functionId: string): ErrorBody | undefined
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
  /** `calledAs` is the id that calls of a function carry when it is registered under another one. */
  | { readonly kind: 'admitted'; readonly message: RegistrationMessage; readonly calledAs?: string }
  /** Refused; most refusals are silent. */
  | { readonly kind: 'refused'; readonly reason: string; readonly reply?: EngineMessage }

/** Whether what one session asked for is out of reach of another: guarded sessions change only what is their own. */
export function isForeign(present: { readonly access?: Access | undefined }, access: Access | undefined): boolean {
  return access !== undefined && present.access?.holder !== access.holder
}
