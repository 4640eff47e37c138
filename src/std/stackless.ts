/**
 * Makes errors without stacks. When one event ends thousands of waiting promises, their stacks would all tell the same
 * place, at several times the cost of everything else.
 */

/** Runs `work`, which must be synchronous; errors made inside have their message and no frames. */
export function stackless<T>(work: () => T): T {
  const limit = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = 0
  } catch {
    return work() // Frozen by the process's owner.
  }
  try {
    return work()
  } finally {
    Error.stackTraceLimit = limit
  }
}
