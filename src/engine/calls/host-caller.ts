/**
 * The engine waiting for a call of its own: an answer settles a promise. Giving up drops the answer when it comes.
 */
import { InvocationError } from '../../errors.js'
import { parsed } from '../../wire/protocol/json-text.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import type { HostCall } from '../builtins/builtin.js'
import type { Answer, Call, Caller } from '../links/peer.js'

export class HostCaller implements Caller {
  readonly #outcome: Deferred<unknown> = deferred()
  readonly #keepsText: boolean

  constructor(keepsText: boolean) {
    this.#keepsText = keepsText
  }

  /**
   * Runs one call.
   * @param start starts the call and answers with a way to forget it.
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

  answer(call: Call, { result, error }: Answer): void {
    if (error === undefined) {
      // What was large is parsed if that costs little; else the call fails, and its caller alone.
      this.#outcome.resolve(this.#keepsText ? result : new Promise((resolve) => resolve(parsed(result))))
    } else {
      const { functionId, invocationId } = call
      this.#outcome.reject(new InvocationError({ ...error, function_id: functionId, invocationId }))
    }
  }
}
