/**
 * Scenarios the local engine is known to fail, each with what is missing. A scenario on this list that passes fails the
 * run, so the list cannot outlive its reasons.
 */
export const NOT_YET_SUPPORTED: ReadonlyMap<string, string> = new Map([])
