/** A promise that is settled from outside, for waiting on an event. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (reason: unknown) => void
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

/** Calls back if a value is a promise and rejects. A promise of another realm is not an `instanceof` of ours. */
export function handleRejection(result: unknown, onRejected: (error: unknown) => void): void {
  if (isPromise(result)) Promise.resolve(result).catch(onRejected)
}

function isPromise(value: unknown): boolean {
  try {
    return value instanceof Promise || Object.prototype.toString.call(value) === '[object Promise]'
  } catch {
    return false // A revoked proxy throws on every access.
  }
}

/** Whether awaiting a value waits for something. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
