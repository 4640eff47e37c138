/**
 * Declares every message of the protocol once, by sender. Types and run-time checks both derive from these tables.
 * Knows nothing of the handlers. `error` exists only as the answer to a refused session.
 */
import {
  action,
  errorBody,
  json,
  optional,
  optionalJson,
  record,
  string,
  uuid,
  type Infer,
  type Shape,
} from './validate.js'

const registerTrigger = {
  id: string,
  trigger_type: string,
  function_id: string,
  config: json,
  metadata: optionalJson,
  namespace: optional(string),
  trigger_namespace: optional(string),
} satisfies Shape

const triggerRegistrationResult = {
  id: string,
  trigger_type: string,
  function_id: string,
  error: optional(errorBody),
} satisfies Shape

const invocationResult = {
  invocation_id: uuid,
  function_id: string,
  result: optionalJson,
  error: optional(errorBody),
  traceparent: optional(string),
  baggage: optional(string),
} satisfies Shape

const empty = {} satisfies Shape

/** Messages of a worker. */
export const workerMessages = {
  reattach: { previous_worker_id: uuid, reattach_token: uuid },
  ping: empty,
  pong: empty,
  registerfunction: {
    id: string,
    description: optional(string),
    request_format: optionalJson,
    response_format: optionalJson,
    metadata: optionalJson,
    invocation: optional(record),
  },
  unregisterfunction: { id: string },
  registerservice: {
    id: string,
    name: optional(string),
    description: optional(string),
    parent_service_id: optional(string),
  },
  registertriggertype: {
    id: string,
    description: string,
    trigger_request_format: optionalJson,
    call_request_format: optionalJson,
    namespace: optional(string),
  },
  unregistertriggertype: { id: string },
  registertrigger: registerTrigger,
  unregistertrigger: { id: string, trigger_type: optional(string) },
  triggerregistrationresult: triggerRegistrationResult,
  invokefunction: {
    invocation_id: optional(uuid),
    function_id: string,
    data: json,
    action: optional(action),
    namespace: optional(string),
    metadata: optionalJson,
    traceparent: optional(string),
    baggage: optional(string),
  },
  invocationresult: invocationResult,
} satisfies Record<string, Shape>

/** Messages of the engine. */
export const engineMessages = {
  workerregistered: { worker_id: string, reattach_token: optional(string) },
  registrationrejected: {
    code: string,
    namespace: optional(string),
    worker_name: optional(string),
    function_id: optional(string),
    owner_worker_id: optional(string),
  },
  ping: empty,
  pong: empty,
  registertrigger: registerTrigger,
  unregistertrigger: { id: string, trigger_type: optional(string) },
  triggerregistrationresult: triggerRegistrationResult,
  invokefunction: {
    invocation_id: uuid,
    function_id: string,
    data: json,
    metadata: optionalJson,
    traceparent: optional(string),
    baggage: optional(string),
  },
  // Any error ends a call: with a strict check here, an invalid one would leave the caller waiting.
  invocationresult: { ...invocationResult, error: optionalJson },
  error: { error: errorBody },
} satisfies Record<string, Shape>

/** A table of messages by type. */
export type MessageTable = Readonly<Record<string, Shape>>

/** The union of a table's messages, discriminated by `type`. */
export type MessageOf<Table extends MessageTable> = {
  [Type in keyof Table & string]: { readonly type: Type } & Infer<Table[Type]>
}[keyof Table & string]

/** A message that a worker sends to the engine, discriminated by `type`. */
export type WorkerMessage = MessageOf<typeof workerMessages>
/** A message that the engine sends to a worker, discriminated by `type`. */
export type EngineMessage = MessageOf<typeof engineMessages>

/** One message of a union, by its type. */
export type MessageNamed<Message, Type extends string> = Extract<Message, { readonly type: Type }>
