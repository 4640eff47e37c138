/**
 * Waits that an `AbortSignal` can end, and signals that follow several others. All followers of one signal share one
 * listener, which is removed with the last of them, so a process-wide signal retains nothing and causes no warning. On
 * Node 20 and 22, `AbortSignal.any` retains each joined signal for as long as its sources live.
 */
import { AbortLinks } from './abort-links.js'

const links = new AbortLinks<(reason: unknown) => void>((abort, reason) => {
  abort(reason)
})

/** Settles as `promise` does, or rejects with the reason of the signal if it aborts first. The work continues. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const settled = (): void => {
      links.remove(signal, reject)
    }
    promise.then(resolve, reject).finally(settled).catch(settled)
    // The reason comes from the caller and may be any value.
    if (signal.aborted) reject(signal.reason as Error)
    else links.add(signal, reject)
  })
}

/** A signal that follows others until it is released. */
export interface JoinedSignal {
  readonly signal: AbortSignal
  readonly release: () => void
}

/** Joins signals: the result aborts with the reason of the first that does. Release it when its work is over. */
export function joinSignals(...sources: readonly AbortSignal[]): JoinedSignal {
  const joined = new AbortController()
  const abort = (reason: unknown): void => {
    release()
    joined.abort(reason)
  }
  const release = (): void => {
    for (const source of sources) links.remove(source, abort)
  }
  const aborted = sources.find((source) => source.aborted)
  if (aborted === undefined) for (const source of sources) links.add(source, abort)
  else joined.abort(aborted.reason)
  return { signal: joined.signal, release }
}
