/**
 * Functions of the user's that run around calls, publications and handlers: authentication, deadlines, audits. They form a
 * chain, the one added first on the outside. Without any, calls and handlers run as if this file did not exist.
 */
import { ErrorCode, RuntimeError, TimeoutError } from '../../errors.js'
import { deferred } from '../../std/async/deferred.js'
import type { Unsubscribe } from '../../std/async/emitter.js'
import type { Clock } from '../../std/time/clock.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { EndedError } from '../connection/closed-error.js'
import { handled, isVoid, type TriggerFunction, type TriggerRequest } from './calls/trigger-request.js'
import { checkFunction, checkRecord } from './check.js'
import type { InvocationContext } from './invocations/invocation-context.js'
import type { LinkPart } from './link.js'
import { keysOf } from '../../std/text/unknown-options.js'

/** Sends a request, or a changed one, through the rest of the chain; each use sends one call. */
export type NextCall = (request?: TriggerRequest) => Promise<unknown>

/** Invocation that a `serve` interceptor receives. */
export type InterceptedInvocation = {
  /** The payload of the caller, before it is checked against the function's schema. */
  readonly payload: unknown
  /** The context that the handler receives. */
  readonly context: InvocationContext
}

/** Runs the rest of the chain and the handler, with the payload given or the one received. */
export type NextHandler = (payload?: unknown) => Promise<unknown>

/** Functions that run around calls, publications and handlers. */
export type Interceptor = {
  /**
   * Runs around each call that waits for a result. Its return value or error is that of the call. The call's
   * time limit includes it.
   */
  call?: ((request: TriggerRequest, next: NextCall) => Promise<unknown>) | undefined
  /** Runs around each call with the action `enqueue` or `void`, in the same way. */
  publish?: ((request: TriggerRequest, next: NextCall) => Promise<unknown>) | undefined
  /**
   * Runs around each handler of this worker, inside the handler's trace and its limits of concurrency and time. What it
   * returns or throws is the answer.
   */
  serve?: ((invocation: InterceptedInvocation, next: NextHandler) => Promise<unknown>) | undefined
}

/** Whether a value is an instance of a class, which may have further members. */
export function isInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== null && Object.getPrototypeOf(prototype) !== null
}

export const INTERCEPTOR_KEYS = keysOf<Interceptor>({ call: true, publish: true, serve: true })

type Outgoing = NonNullable<Interceptor['call']>

export class Interceptors implements LinkPart {
  readonly #clock: Clock
  /** The limit of a call that names none. */
  readonly #defaultLimitMs: number
  /** Chains of calls that have not settled: what ends them. */
  readonly #open = new Set<(reason: unknown) => void>()
  #all: readonly Interceptor[] = []
  #calls: readonly Outgoing[] = []
  #publications: readonly Outgoing[] = []
  #handlers: readonly NonNullable<Interceptor['serve']>[] = []

  constructor(clock: Clock, defaultLimitMs: number) {
    this.#clock = clock
    this.#defaultLimitMs = defaultLimitMs
  }

  /** Adds to the inside of the chain. Calls and handlers that have begun keep the chain they began with. */
  use(interceptor: Interceptor): Unsubscribe {
    checkRecord('interceptor', interceptor)
    // Without one of them, a misspelt check of callers would let every call through.
    if (![...INTERCEPTOR_KEYS].some((key) => key in interceptor)) {
      const members = Object.keys(interceptor).slice(0, 5).join(', ')
      const text = `interceptor must have \`call\`, \`publish\` or \`serve\`, got ${members === '' ? 'none' : members}`
      throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
    }
    // A copy of its own, so that one object may be added twice. The members may be methods of a class.
    const own: Interceptor = {}
    for (const key of INTERCEPTOR_KEYS as ReadonlySet<keyof Interceptor>) {
      const given = interceptor[key]
      if (given === undefined) continue
      checkFunction(`interceptor.${key}`, given)
      Object.assign(own, { [key]: given.bind(interceptor) })
    }
    this.#set([...this.#all, own])
    return () => {
      this.#set(this.#all.filter((other) => other !== own))
    }
  }

  /** Sends a request through the chain of its kind. */
  send(request: TriggerRequest, last: TriggerFunction): Promise<unknown> {
    if (this.#all.length === 0 || !isRecord(request)) return last(request)
    const chain = request.action === undefined ? this.#calls : this.#publications
    return chain.length === 0 ? last(request) : this.#within(request, chain, last)
  }

  /** Runs a handler inside the chain. */
  serve(invocation: InterceptedInvocation, handler: (payload: unknown) => unknown): unknown {
    const { context } = invocation
    const step = (index: number, payload: unknown): unknown => {
      const interceptor = this.#handlers[index]
      if (interceptor === undefined) return handler(payload)
      return interceptor({ payload, context }, (...given) => {
        return new Promise((resolve) => {
          resolve(step(index + 1, given.length > 0 ? given[0] : payload))
        })
      })
    }
    return this.#handlers.length === 0 ? handler(invocation.payload) : step(0, invocation.payload)
  }

  over(reason: EndedError): void {
    for (const end of [...this.#open]) end(reason)
  }

  /** Settles with the chain, or when the request's limit, its signal or the client ends first. */
  #within(request: TriggerRequest, chain: readonly Outgoing[], last: TriggerFunction): Promise<unknown> {
    const { promise, resolve, reject } = deferred<unknown>()
    const limitMs = limitOf(request) ?? this.#defaultLimitMs
    const endsAt = this.#clock.now() + limitMs
    let ended: { readonly reason: unknown } | undefined
    const end = (reason: unknown): void => {
      ended ??= { reason }
      reject(reason)
    }
    const step = async (index: number, given: TriggerRequest): Promise<unknown> => {
      if (ended !== undefined) throw ended.reason
      const interceptor = chain[index]
      if (interceptor !== undefined) return interceptor(given, (changed = given) => step(index + 1, changed))
      const leftMs = Math.max(1, Math.floor(endsAt - this.#clock.now()))
      return last(limited(given, leftMs))
    }
    const release = this.#endWith(request, limitMs, end)
    step(0, request).then(resolve, reject)
    const settled = promise.finally(release)
    return isVoid(request) ? handled(settled) : settled
  }

  /** Calls `end` when the limit passes, the signal aborts or the client ends, until it is released. */
  #endWith({ function_id, signal }: TriggerRequest, limitMs: number, end: (reason: unknown) => void): () => void {
    const timer =
      limitMs === Infinity
        ? undefined
        : this.#clock.after(limitMs, () => {
            end(timedOut(function_id, limitMs))
          })
    const aborted = (): void => {
      end(signal?.reason)
    }
    if (signal?.aborted === true) aborted()
    signal?.addEventListener('abort', aborted, { once: true })
    this.#open.add(end)
    return () => {
      timer?.cancel()
      signal?.removeEventListener('abort', aborted)
      this.#open.delete(end)
    }
  }

  #set(all: readonly Interceptor[]): void {
    this.#all = all
    this.#calls = all.flatMap(({ call }) => call ?? [])
    this.#publications = all.flatMap(({ publish }) => publish ?? [])
    this.#handlers = all.flatMap(({ serve }) => serve ?? [])
  }
}

/** The time limit that a request names; a value that is none is left to the check of the call. */
function limitOf({ timeoutMs, timeout_ms }: TriggerRequest): number | undefined {
  const limitMs = timeoutMs ?? timeout_ms
  return typeof limitMs === 'number' && limitMs > 0 ? limitMs : undefined
}

/** The request with no more than the time that is left. */
function limited(request: TriggerRequest, leftMs: number): TriggerRequest {
  const limitMs = limitOf(request)
  if (limitMs === undefined && (request.timeoutMs ?? request.timeout_ms) !== undefined) return request
  return { ...request, timeoutMs: Math.min(limitMs ?? leftMs, leftMs) }
}

function timedOut(functionId: string, limitMs: number): TimeoutError {
  const message = `no result within ${String(limitMs)} ms, the time of interceptors included; the function may still be running`
  return new TimeoutError({ code: ErrorCode.TIMEOUT, message, function_id: functionId })
}
