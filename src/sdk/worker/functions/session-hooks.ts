/**
 * Payloads and results of the functions that guard a listener: who may connect, what a session may register, and
 * middleware that sees each call. Answers leave out what stays as it was; throwing refuses.
 */
import type { TriggerAction } from '../calls/trigger-request.js'

/** Payload of the auth function of a guarded listener. */
export type AuthInput = {
  /** Headers of the handshake; names are lower-case. */
  headers: Record<string, string>
  query_params: Record<string, string[]>
  ip_address: string
}

/** Grants of a session. */
export type AuthResult = {
  /** Namespace → functions that may be called there: ids, beginnings such as `orders*`, or `match("glob")`. */
  namespaces?: Record<string, string[]>
  /** Functions that may be called beside those the listener exposes. Default none. */
  allowed_functions?: string[]
  /** Functions that may not be called, whatever else says so: ids, beginnings, or `match("glob")`. Default none. */
  forbidden_functions?: string[]
  /** Trigger types that may be bound. Default all. */
  allowed_trigger_types?: string[]
  /** Default false. */
  allow_trigger_type_registration?: boolean
  /** Default true. */
  allow_function_registration?: boolean
  /** Handed to middleware and to the hooks below. Default `{}`. */
  context?: Record<string, unknown>
  /** Put before the ids of the session's functions, as `<prefix>::<id>`. */
  function_registration_prefix?: string
}

/** Payload of the hook when a session registers a function. `context` comes from the auth function. */
export type OnFunctionRegistrationInput = {
  function_id: string
  description?: string
  metadata?: Record<string, unknown>
  namespace?: string
  context: Record<string, unknown>
}
/** Changes of the function by the hook; omitted members do not change. */
export type OnFunctionRegistrationResult = {
  function_id?: string
  description?: string
  metadata?: Record<string, unknown>
}

/** Payload of the hook when a session binds a trigger. `context` comes from the auth function. */
export type OnTriggerRegistrationInput = {
  trigger_id: string
  trigger_type: string
  function_id: string
  config: unknown
  metadata?: Record<string, unknown>
  namespace?: string
  context: Record<string, unknown>
}
/** Changes of the trigger by the hook; omitted members do not change. */
export type OnTriggerRegistrationResult = {
  trigger_id?: string
  trigger_type?: string
  function_id?: string
  config?: unknown
}

/** Payload of the hook when a session provides a trigger type. `context` comes from the auth function. */
export type OnTriggerTypeRegistrationInput = {
  trigger_type_id: string
  description: string
  context: Record<string, unknown>
}
/** Changes of the trigger type by the hook; omitted members do not change. */
export type OnTriggerTypeRegistrationResult = { trigger_type_id?: string; description?: string }

/** Payload of the middleware function, which is called instead of the requested function. Its result goes to the caller. */
export type MiddlewareFunctionInput = {
  function_id: string
  payload: Record<string, unknown>
  action?: TriggerAction
  context: Record<string, unknown>
  namespace?: string
}
