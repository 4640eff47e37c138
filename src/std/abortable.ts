/**
 * Waits that an `AbortSignal` can end. Ends the wait only: the work that is waited for goes on.
 */

/** Settles as `promise` does, or rejects with the signal's reason if the signal aborts first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => {
      // The reason is the caller's own, whatever it is.
      reject(signal.reason as Error)
    }
    const settled = (): void => {
      signal.removeEventListener('abort', onAbort)
    }
    promise.then(resolve, reject).finally(settled).catch(settled)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
