/**
 * What the local engine is known not to do yet, each with what is missing. An entry that works after all fails the run,
 * so the lists cannot outlive their reasons.
 */

/** Scenarios that fail, by id. */
export const NOT_YET_SUPPORTED: ReadonlyMap<string, string> = new Map()

/** Workers of `engine.yaml` that the engine does not serve; they are left out of its settings. */
export const NOT_YET_SERVED: readonly string[] = []
