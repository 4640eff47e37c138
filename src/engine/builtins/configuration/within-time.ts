/**
 * Ends work that takes too long in the middle of it. Schemas come from workers, and one pattern in them may backtrack
 * for years while everything else in the process waits. Knows nothing of schemas.
 */
import { createContext, Script } from 'node:vm'

/** The only place a script sees, and in it the only thing it does. */
const place: { run: (() => void) | undefined } = { run: undefined }
const sandbox = createContext(place)
const script = new Script('run()')

/** How often work is tried that got too little of the processor. */
const MAX_ATTEMPTS = 3

/**
 * Runs a function that has no effects of its own. Starts again when other processes took most of the time.
 * @throws {Error} when it has not returned after `limitMs`; what it throws itself otherwise.
 */
export function withinTime<T>(limitMs: number, run: () => T): T {
  for (let attempt = 1; ; attempt += 1) {
    const before = process.cpuUsage()
    try {
      return tryWithin(limitMs, run)
    } catch (error) {
      const { user, system } = process.cpuUsage(before)
      const wasHeldUp = (user + system) / 1000 < limitMs / 2
      if (!(error instanceof OutOfTime) || !wasHeldUp || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

class OutOfTime extends Error {}

function tryWithin<T>(limitMs: number, run: () => T): T {
  let result: { readonly value: T } | undefined
  place.run = () => {
    result = { value: run() }
  }
  try {
    // V8 looks at the limit while it matches a pattern, too.
    script.runInContext(sandbox, { timeout: limitMs })
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new OutOfTime(`it takes longer than ${String(limitMs)} ms`, { cause: error })
  } finally {
    place.run = undefined
  }
  // The script has called it, or we would not be here.
  return (result as unknown as { readonly value: T }).value
}
