/** Which invocation the present code runs for, where a limit makes that worth knowing. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Served } from '../../rpc/served.js'

const current = new AsyncLocalStorage<Served>()

/** The invocation whose handler makes the present call, where that is tracked. */
export function currentInvocation(): Served | undefined {
  return current.getStore()
}

/** Runs a handler so that the calls it makes are known to be its own. */
export function asInvocation<T>(served: Served, handler: () => T): T {
  return current.run(served, handler)
}
