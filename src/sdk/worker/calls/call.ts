/**
 * Outgoing invocations: a request becomes a frame, and its promise settles exactly once. Arguments are checked before
 * anything is sent.
 */
import {
  ErrorCode,
  invalidArgument,
  NotConnectedError,
  RegistrationRejectedError,
  SerdeError,
  WebSocketError,
} from '../../../errors.js'
import type { Connection, Posted } from '../../connection/connection.js'
import type { Letter } from '../../connection/outbox.js'
import { workerCodec } from '../../../wire/protocol/codec.js'
import { DEFAULT_NAMESPACE, ENGINE_PREFIX } from '../../../wire/protocol/names.js'
import { type Action, isRecord } from '../../../wire/protocol/validate.js'
import type { Call, Calls } from '../../rpc/calls.js'
import type { Tracing } from '../../../wire/protocol/tracing.js'
import type { WorkerCounters } from '../stats.js'
import { currentInvocation } from '../invocations/deadlocks.js'
import { deniedCallError } from '../invocations/ended-calls.js'
import { checkDurationMs, checkId, checkJson, checkNamespace, checkRecord, checkSignal } from '../check.js'

/** How a call is routed. Without an action it waits for the result. */
export type TriggerAction = { type: 'enqueue'; queue: string } | { type: 'void' }
export const TriggerAction = {
  /** Stores the call in a named queue; resolves with a receipt once it is stored. */
  Enqueue: (options: { queue: string }): { queue: string; type: 'enqueue' } => ({
    type: 'enqueue',
    queue: checkId('queue', checkRecord('options', options)['queue']),
  }),
  /** Sends the call and forgets it. */
  Void: (): { type: 'void' } => ({ type: 'void' }),
} as const

/** The answer to an enqueued call. */
export type EnqueueResult = { messageReceiptId: string }

/** One call. */
export type TriggerRequest<TInput = unknown> = {
  function_id: string
  /** Any JSON value; `undefined` is sent as `{}`. */
  payload: TInput
  action?: TriggerAction | undefined
  /** Default: the client's `invocationTimeoutMs`. The limit is local: the callee runs on. */
  timeoutMs?: number | undefined
  /** Another spelling of `timeoutMs`, which wins. */
  timeout_ms?: number | undefined
  /** Free JSON handed to the handler beside the payload. */
  metadata?: unknown
  /** Where the function is looked up. Default: the worker's namespace, `default` for `engine::` ids. */
  namespace?: string | undefined
  /** Gives the call up: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

/* eslint-disable @typescript-eslint/no-explicit-any -- the result's type is the caller's to name, as in the official package */
/** Calls a function. */
export type TriggerFunction = <TInput = unknown, TOutput = any>(request: TriggerRequest<TInput>) => Promise<TOutput>
/* eslint-enable @typescript-eslint/no-explicit-any */

/** What calling needs. */
export interface Caller {
  readonly connection: Connection
  readonly calls: Calls
  readonly namespace: string | undefined
  readonly timeoutMs: number
  /** Where trace headers come from. */
  readonly tracing: () => Tracing
  readonly counters: WorkerCounters
  /** A fire-and-forget message was handed to the link. */
  readonly onVoidWritten: () => void
  /** Counts a fire-and-forget message that was not sent. */
  readonly onVoidDropped: (reason: string) => void
}

/** Sends one call. Never throws: whatever is wrong rejects the promise. */
export function call(caller: Caller, request: TriggerRequest): Promise<unknown> {
  try {
    return checkedCall(caller, request)
  } catch (error) {
    const rejected = Promise.reject(error)
    return isVoid(request) ? handled(rejected) : rejected
  }
}

function checkedCall(caller: Caller, request: TriggerRequest): Promise<unknown> {
  checkRecord('request', request)
  const functionId = checkId('function_id', request.function_id)
  const signal = checkSignal('signal', request.signal)
  signal?.throwIfAborted()
  const action = checkAction(request.action)
  const namespace = checkNamespace('namespace', request.namespace) ?? defaultNamespace(caller, functionId)
  const timeoutMs = checkDurationMs('timeoutMs', request.timeoutMs ?? request.timeout_ms ?? caller.timeoutMs)
  const send = { functionId, action, namespace, request }
  if (action?.type === 'void') return callVoid(caller, send)
  return caller.calls.open({ functionId, timeoutMs, signal, origin: currentInvocation() }, (opened) => {
    const frame = encode(caller, send, opened.id)
    // Writing the payload runs code of its own, which may have given the call up.
    if (signal?.aborted) return
    const refused = post(caller, frame, opened)
    if (refused !== undefined) throw refused
  })
}

/** Whether a request, readable or not, asks to be sent and forgotten. */
export function isVoid(request: unknown): boolean {
  try {
    return isRecord(request) && isRecord(request['action']) && request['action']['type'] === 'void'
  } catch {
    return false
  }
}

interface Outgoing {
  readonly functionId: string
  readonly action: Action | undefined
  readonly namespace: string | undefined
  readonly request: TriggerRequest
}

function encode(caller: Caller, { functionId, action, namespace, request }: Outgoing, id?: string): string {
  const { payload, metadata } = request
  const trace = caller.tracing().inject()
  try {
    return workerCodec.encode({
      type: 'invokefunction',
      invocation_id: id,
      function_id: functionId,
      // The engine drops a frame without the key, and the call would hang.
      data: payload === undefined ? {} : payload,
      action,
      namespace,
      metadata,
      traceparent: trace.traceparent,
      baggage: trace.baggage,
    })
  } catch (error) {
    if (error instanceof SerdeError && error.code === ErrorCode.MESSAGE_TOO_LARGE) {
      caller.counters.oversizedMessages += 1
    } else if (error instanceof SerdeError) {
      // The codec knows members of a frame; the caller knows arguments.
      checkJson('payload', payload)
      checkJson('metadata', metadata)
    }
    throw error
  }
}

function callVoid(caller: Caller, send: Outgoing): Promise<undefined> {
  const dropped = (): void => {
    caller.onVoidDropped(`a fire-and-forget call to '${send.functionId}' found no connection in time`)
  }
  const letter = { written: caller.onVoidWritten, expired: dropped, discarded: dropped }
  const posted = caller.connection.post(encode(caller, send), letter)
  if (typeof posted !== 'string') {
    // A full queue is counted, not raised: an error for each message of a flood would cost more than the messages.
    if (posted.refused === 'ended') throw refusal(caller.connection, posted)
    dropped()
  }
  return Promise.resolve(undefined)
}

/** A rejection that may be ignored: awaiting reports it, not awaiting does not end the process. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

type Refusal = NotConnectedError | RegistrationRejectedError

function post(caller: Caller, frame: string, letter: Letter | Call): Refusal | undefined {
  const posted = caller.connection.post(frame, letter)
  if (typeof posted === 'string') return undefined
  if (posted.refused !== 'ended') caller.counters.refusedCalls += 1
  return refusal(caller.connection, posted)
}

function refusal(connection: Connection, { refused }: Exclude<Posted, string>): Refusal {
  if (refused === 'ended') return endedError(connection.failure, connection.state)
  const { items, bytes } = connection.queued
  const seen = refused === 'items' ? `${String(items)} messages` : `${String(bytes)} bytes`
  const text = `${seen} already wait for the connection; nothing was sent, so it is safe to retry later`
  return new NotConnectedError(ErrorCode.PENDING_QUEUE_FULL, text, { outcome: 'not_sent' })
}

/** Why nothing can be sent any more. */
export function endedError(failure: unknown, state: string): Refusal {
  if (failure instanceof RegistrationRejectedError) return failure
  if (failure instanceof WebSocketError && failure.code === ErrorCode.AUTH_ERROR) return deniedCallError(failure)
  if (state === 'failed') {
    const text = 'The connection failed for good and the call was not sent; see the cause'
    return new NotConnectedError(ErrorCode.RETRIES_EXHAUSTED, text, { outcome: 'not_sent', cause: failure })
  }
  return new NotConnectedError(ErrorCode.SHUTDOWN, 'iii is shutting down; the call was not sent', {
    outcome: 'not_sent',
  })
}

function defaultNamespace(caller: Caller, functionId: string): string | undefined {
  return functionId.startsWith(ENGINE_PREFIX) ? DEFAULT_NAMESPACE : caller.namespace
}

function checkAction(action: TriggerAction | undefined): TriggerAction | undefined {
  if (action === undefined) return undefined
  const { type } = checkRecord('action', action)
  if (type === 'void') return { type }
  if (type !== 'enqueue') throw invalidArgument('action.type', "'void' or 'enqueue'", type)
  return { type, queue: checkId('action.queue', action.type === 'enqueue' ? action.queue : undefined) }
}

/** Anything that calls functions: a worker, or a handler's context. */
export interface CanTrigger {
  readonly trigger: TriggerFunction
}

/** The `trigger` of a worker, asked for at each call, so that a replaced one counts. */
export function callerOf(argument: string, worker: CanTrigger): TriggerFunction {
  const given: unknown = worker
  if (!isRecord(given) || typeof given['trigger'] !== 'function') {
    throw invalidArgument(argument, 'a worker or another object with `trigger`', given)
  }
  return (request) => worker.trigger(request)
}
