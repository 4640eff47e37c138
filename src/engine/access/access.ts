/**
 * Decides what one connection to a guarded listener may do, based on the answer of the auth function and the settings
 * of the listener. Has no side effects. Connections to an open listener have no `Access`.
 */
import type { ErrorCode } from '../../errors.js'
import type { EngineMessage, MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'

/** Why access is denied, as the caller receives it. */
export type Denial = { code: typeof ErrorCode.FORBIDDEN; message: string }

/** What a session may call and register. */
export interface Access {
  /** Identifies the owner of these rights: the same object for a session and the session that reattaches to it. */
  readonly holder: object
  /** Takes over the rights from the session that this connection reattaches to. */
  succeed(previous: Access): void
  /**
   * The reason why a call is denied, or `undefined` if it is allowed. `metadata` belongs to the function, if it exists.
   */
  refuseCall(namespace: string, functionId: string, metadata: unknown): Denial | undefined
  /** The reason why a function is forbidden by name for this session, whatever else is granted. */
  refuseForbidden(functionId: string): Denial | undefined
  /** The reason why a worker may not use a namespace, or `undefined` if it may. */
  refuseNamespace(namespace: string): Denial | undefined
  /** Checks a registration before it takes effect, and calls the hooks of the listener if there are any. */
  admit(message: NamespacedMessage, namespace: string): RegistrationVerdict | Promise<RegistrationVerdict>
  /** The middleware that receives calls in place of their targets, and the session context it is passed. */
  readonly middleware: { readonly functionId: string; readonly context: unknown } | undefined
}

/** Messages that depend on the namespace of the worker and that hooks may check. */
export type NamespacedMessage = MessageNamed<
  WorkerMessage,
  | 'registerfunction'
  | 'unregisterfunction'
  | 'registertriggertype'
  | 'registertrigger'
  | 'unregistertrigger'
  | 'registerservice'
>

/** Whether a registration takes effect, and in which form. */
export type RegistrationVerdict =
  /** `calledAs` is the id that calls of a function carry if it is registered under another one. */
  | { readonly kind: 'admitted'; readonly message: NamespacedMessage; readonly calledAs?: string }
  /** Refused. Most refusals are not answered. */
  | { readonly kind: 'refused'; readonly reason: string; readonly reply?: EngineMessage }

/** Whether the registrations of one session are protected from another: guarded sessions may change only their own. */
export function isForeign(present: { readonly access?: Access | undefined }, access: Access | undefined): boolean {
  return access !== undefined && present.access?.holder !== access.holder
}
