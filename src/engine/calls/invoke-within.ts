/** Calls of the engine with a time limit. */
import { ErrorCode, TimeoutError } from '../../errors.js'
import type { Clock } from '../../std/time/clock.js'
import type { HostCall } from '../builtins/builtin.js'
import type { Router } from './router.js'

/** Calls a function with a fixed time limit. Rejects with `TIMEOUT` after it. */
export type InvokeWithin = (call: Omit<HostCall, 'signal'>) => Promise<unknown>

export function invokeWithin({ router, clock }: { router: Router; clock: Clock }, limitMs: number): InvokeWithin {
  return async (call) => {
    const controller = new AbortController()
    const { functionId } = call
    const timer = clock.after(limitMs, () => {
      const message = `Function ${functionId} did not answer within ${String(limitMs)} ms`
      controller.abort(new TimeoutError({ code: ErrorCode.TIMEOUT, message, function_id: functionId }))
    })
    try {
      return await router.invoke({ ...call, signal: controller.signal })
    } finally {
      timer.cancel()
    }
  }
}
