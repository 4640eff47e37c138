/** Starts a worker in its own process with a given number of running handlers. */
import type { III } from '../../src/index.js'
import type { Child } from './child.js'
import { runChild } from './compiled-project.js'

export interface BusyWork {
  readonly calls: number
  readonly drainTimeoutMs: number
  /** Handlers finish soon after the drain begins, never finish, or block the event loop. */
  readonly kind: 'finishing' | 'endless' | 'stuck'
}

export interface BusyWorker {
  readonly child: Child
  readonly functionId: string
  readonly caller: III
  readonly results: Promise<PromiseSettledResult<unknown>[]>
}

/** Calls a new process until all its handlers run. */
export async function busyWorker(
  { url, caller, name }: { readonly url: string; readonly caller: III; readonly name: string },
  work: BusyWork,
): Promise<BusyWorker> {
  const args = [url, name, String(work.calls), String(work.drainTimeoutMs), work.kind]
  const child = runChild('drained-worker', args)
  await child.says(/"ready"/)
  const functionId = `${name}::work`
  const calls = Array.from({ length: work.calls }, (_, n) =>
    caller.trigger({ function_id: functionId, payload: { n } }),
  )
  const results = Promise.allSettled(calls)
  await child.says(/"running"/)
  return { child, functionId, caller, results }
}

/** The codes calls ended with; `answered` for those without one. */
export function codesOf(results: readonly PromiseSettledResult<unknown>[]): Record<string, number> {
  const codes: Record<string, number> = {}
  for (const result of results) {
    const code = result.status === 'fulfilled' ? 'answered' : (result.reason as { code: string }).code
    codes[code] = (codes[code] ?? 0) + 1
  }
  return codes
}
