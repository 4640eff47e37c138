/**
 * Creates errors without stack traces. When one event rejects thousands of promises, all stacks would be the same, at
 * several times the cost of all other work.
 */

/** Runs `work`, which must be synchronous; errors created inside have their message and no stack trace. */
export function stackless<T>(work: () => T): T {
  const limit = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = 0
  } catch {
    return work() // The program may have frozen `Error`.
  }
  try {
    return work()
  } finally {
    Error.stackTraceLimit = limit
  }
}
