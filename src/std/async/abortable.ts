/**
 * Waits that an `AbortSignal` can end, and signals that follow several others. All that follow one signal share one
 * listener, which goes with the last of them: a signal that lives as long as the process keeps nothing and causes no
 * warning. `AbortSignal.any` keeps each joined signal for as long as its sources live, on Node 20 and 22.
 */
import { AbortLinks } from './abort-links.js'

const links = new AbortLinks<(reason: unknown) => void>((abort, reason) => {
  abort(reason)
})

/** Settles as `promise` does, or rejects with the signal's reason if the signal aborts first. The work goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const settled = (): void => {
      links.remove(signal, reject)
    }
    promise.then(resolve, reject).finally(settled).catch(settled)
    // The reason is the caller's own, whatever it is.
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
