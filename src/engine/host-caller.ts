/**
 * The engine waiting for a call of its own: an answer settles a promise. Giving up drops the answer when it comes.
 */
import { InvocationError } from '../errors.js'
import { deferred, type Deferred } from '../std/deferred.js'
import type { Answer, Call, Caller } from './peer.js'

export class HostCaller implements Caller {
  readonly #outcome: Deferred<unknown> = deferred()

  /**
   * Runs one call.
   * @param start starts the call and answers with a way to forget it.
   */
  static run(signal: AbortSignal | undefined, start: (caller: Caller) => () => void): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const caller = new HostCaller()
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
    if (error === undefined) this.#outcome.resolve(result)
    else {
      const { functionId, invocationId } = call
      this.#outcome.reject(new InvocationError({ ...error, function_id: functionId, invocationId }))
    }
  }
}
