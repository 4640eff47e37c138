/**
 * Makes calls on behalf of the engine: each returns a promise that its answer settles. After an abort, the answer is
 * dropped.
 */
import { InvocationError } from '../../errors.js'
import { parsed } from '../../wire/protocol/json-text.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import type { HostCall } from '../builtins/builtin.js'
import type { CallOutcome, CallIdentity, Caller } from '../links/peer.js'

export class HostCaller implements Caller {
  readonly #outcome: Deferred<unknown> = deferred()
  readonly #keepsText: boolean

  constructor(keepsText: boolean) {
    this.#keepsText = keepsText
  }

  /**
   * Runs one call.
   * @param start starts the call and returns a function that cancels it.
   */
  static run({ signal, keepsText = false }: HostCall, start: (caller: Caller) => () => void): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const caller = new HostCaller(keepsText)
    const forget = start(caller)
    if (signal === undefined) return caller.#outcome.promise
    const onAbort = (): void => {
      forget()
      caller.#outcome.reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    return caller.#outcome.promise.finally(() => {
      signal.removeEventListener('abort', onAbort)
    })
  }

  answer(call: CallIdentity, { result, error }: CallOutcome): void {
    if (error === undefined) {
      // A large result is parsed if that is cheap; otherwise this call fails.
      this.#outcome.resolve(this.#keepsText ? result : new Promise((resolve) => resolve(parsed(result))))
    } else {
      const { functionId, invocationId } = call
      this.#outcome.reject(new InvocationError({ ...error, function_id: functionId, invocationId }))
    }
  }
}
