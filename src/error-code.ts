/**
 * All error codes, in one list. Source names a code through it and never as a literal, so that the list and
 * `docs/reference/errors.md`, which describes each code, are complete.
 */

/** An object with each name as a member of the same value. */
function valuesOf<const Name extends string>(names: readonly Name[]): { readonly [Each in Name]: Each } {
  return Object.fromEntries(names.map((name) => [name, name])) as { readonly [Each in Name]: Each }
}

/** All error codes. */
// Made from the names, since each of them twice would be a kilobyte of every bundle for browsers.
export const ErrorCode = /* @__PURE__ */ valuesOf([
  'TIMEOUT',
  'UNKNOWN',
  'SHUTDOWN',
  'NOT_CONNECTED',
  'PENDING_QUEUE_FULL',
  'CONNECTION_LOST',
  'RETRIES_EXHAUSTED',
  'INVALID_ARGUMENT',
  'DUPLICATE_FUNCTION',
  'DUPLICATE_TRIGGER_TYPE',
  'MALFORMED_FRAME',
  'UNKNOWN_MESSAGE_TYPE',
  'MESSAGE_TOO_LARGE',
  'WORKER_BUSY',
  'RESULT_DROPPED',
  'CONCURRENCY_DEADLOCK',
  'HANDLER_TIMEOUT',
  'IDEMPOTENCY_KEY_REUSED',
  'IDEMPOTENCY_UNKNOWN',
  'IDEMPOTENCY_UNAVAILABLE',
  'MESSAGES_DROPPED',
  'HANDSHAKE_FAILED',
  'AUTH_ERROR',
  'PORT_IN_USE',
  'LISTEN_FAILED',
  'INVALID_CONFIG',
  'STORE_DAMAGED',
  // workflows
  'WORKFLOW_NOT_FOUND',
  'WORKFLOW_ENDED',
  'WORKFLOW_CANCELLED',
  'WORKFLOW_HELD',
  'WORKFLOW_DIVERGED',
  'WORKFLOW_DUPLICATE_STEP',
  'WORKFLOW_LIMIT',
  'invocation_failed',
  'function_not_invokable',
  'deserialization_error',
  'serialization_error',
  'trigger_registration_failed',
  'trigger_replaced',
  'HTTP_FUNCTION_DROPPED',
  'trigger_type_not_found',
  'function_not_found',
  'channel_send_failed',
  'invocation_stopped',
  'invocation_error',
  'enqueue_error',
  'FORBIDDEN',
  'INVALID_NAMESPACE',
  'NOT_FOUND',
  'INVALID_ARGUMENTS',
  'WORKER_NAMESPACE_CONFLICT',
  'FUNCTION_NAMESPACE_CONFLICT',
  // functions behind a URL
  'url_validation_failed',
  'http_request_failed',
  'http_response_failed',
  'http_error',
  'invalid_response',
  'missing_env_var',
  'secret_not_found',
  'token_not_found',
  'api_key_not_found',
  'bridge_error',
  // state
  'SET_ERROR',
  'GET_ERROR',
  'DELETE_ERROR',
  'UPDATE_ERROR',
  'LIST_ERROR',
  'LIST_GROUPS_ERROR',
  'VALUE_TOO_LARGE',
  // stream
  'STREAM_SET_ERROR',
  'STREAM_GET_ERROR',
  'STREAM_DELETE_ERROR',
  'STREAM_UPDATE_ERROR',
  'STREAM_GET_GROUP_ERROR',
  'STREAM_LIST_GROUPS_ERROR',
  'STREAM_LIST_ALL_ERROR',
  'STREAM_SEND_ERROR',
  'JSON_ERROR',
  // queue and pubsub
  'topic_not_set',
  'topic_required',
  'queue_not_set',
  'message_id_not_set',
  'queue_not_found',
  'queue_full',
  'queue_not_running',
  'queue_journal_failed',
  'message_group_missing',
  'duplicate_message',
  'redrive_failed',
  'redrive_message_failed',
  'discard_message_failed',
  // configuration
  'INVALID_ID',
  'NOT_REGISTERED',
  'SCHEMA_INVALID',
  'EXPAND_FAILED',
  'ADAPTER_ERROR',
  // http triggers
  'CONDITION_NOT_MET',
  'MIDDLEWARE_TIMEOUT',
  // observability
  'memory_exporter_not_enabled',
])
/** A code that this package or the engine raises, one of the values in `ErrorCode`. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]
