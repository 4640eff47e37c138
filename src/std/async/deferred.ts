import { types } from 'node:util'

/**
 * A promise that is settled from outside, for waiting on an event.
 */
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

/** Calls back when a value is a promise and is rejected. One made by another realm is no `instanceof` of ours. */
export function hearRejection(result: unknown, onRejected: (error: unknown) => void): void {
  if (types.isPromise(result)) Promise.resolve(result).catch(onRejected)
}
