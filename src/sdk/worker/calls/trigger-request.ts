/**
 * A call as users write it, and what makes calls: a worker, or the context of a handler.
 */
import { invalidArgument } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { checkId, checkRecord } from '../check.js'
import type { RetryOptions } from '../once/retry-options.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** How a call is routed. Without an action it waits for the result. */
export type TriggerAction = { type: 'enqueue'; queue: string } | { type: 'void' }
/** Makes the actions of a call. */
export const TriggerAction = {
  /** Stores the call in a named queue; resolves with a receipt once it is stored. */
  Enqueue: (options: { queue: string }): { queue: string; type: 'enqueue' } => ({
    type: 'enqueue',
    queue: checkId('queue', checkRecord('options', options)['queue']),
  }),
  /** Sends the call without waiting for a result. */
  Void: (): { type: 'void' } => ({ type: 'void' }),
} as const

/** Receipt of an enqueued call. */
export type EnqueueResult = { messageReceiptId: string }

/** One call. */
export type TriggerRequest<TInput = unknown> = {
  function_id: string
  /** Any JSON value; `undefined` is sent as `{}`. */
  payload: TInput
  action?: TriggerAction | undefined
  /** Time limit of this call in milliseconds. Default: the worker's `invocationTimeoutMs`. It does not stop the callee. */
  timeoutMs?: number | undefined
  /** Alias of `timeoutMs`, which takes precedence. */
  timeout_ms?: number | undefined
  /** Any JSON, passed to the handler as its second argument. */
  metadata?: unknown
  /** Namespace of the function. Default: the worker's namespace, `default` for `engine::` ids. */
  namespace?: string | undefined
  /** Cancels the call: the promise rejects with the reason of the signal. */
  signal?: AbortSignal | undefined
  /**
   * Identifies the request, so that a function with the option `idempotent` runs once, even if it is sent again. Up to 512
   * characters; sent in `metadata` as `idempotencyKey`.
   */
  idempotencyKey?: string | undefined
  /**
   * Retries the call if it did not run, and with an `idempotencyKey` also if it may have run. `{}` uses the
   * defaults; absent: the call is sent once.
   */
  retry?: RetryOptions | undefined
}

/** The names of all members of a request. */
export const REQUEST_KEYS = keysOf<TriggerRequest>({
  function_id: true,
  payload: true,
  action: true,
  timeoutMs: true,
  timeout_ms: true,
  metadata: true,
  namespace: true,
  signal: true,
  idempotencyKey: true,
  retry: true,
})

/* eslint-disable @typescript-eslint/no-explicit-any -- the result's type is the caller's to name, as in the official package */
/** Calls a function. */
export type TriggerFunction = <TInput = unknown, TOutput = any>(request: TriggerRequest<TInput>) => Promise<TOutput>
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Whether a request, readable or not, asks to be sent and forgotten. */
export function isVoid(request: unknown): boolean {
  try {
    return isRecord(request) && isRecord(request['action']) && request['action']['type'] === 'void'
  } catch {
    return false
  }
}

/** A rejection that may be ignored: awaiting reports it, not awaiting does not end the process. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** An object with `trigger`: a worker or the context of a handler. */
export interface CanTrigger {
  /** Calls a function. */
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
