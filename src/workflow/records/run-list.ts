/** Reads the records of many runs: for the dead-letter list, `iii-node runs ls` and the console's list of runs. */
import { inParallel } from '../../std/async/in-parallel.js'
import { readRun, RECORD_KEY } from './record.js'
import { statusOf, type RunStatus } from './status.js'
import type { Store } from './store.js'

/**
 * Records that are read at a time (judgement: one after another takes a round trip each). Also for an engine that answers
 * bursts late: each answer lets the next request go, and that request acknowledges the answer.
 */
const READS_AT_A_TIME = 16

/** @returns the status of each run, in the order of the scopes; without those that have been removed meanwhile. */
export async function readStatuses(store: Pick<Store, 'get'>, scopes: readonly string[]): Promise<RunStatus[]> {
  const read = await inParallel(scopes, READS_AT_A_TIME, async (scope) => readRun(await store.get(scope, RECORD_KEY)))
  return read.filter((run) => run !== undefined).map(statusOf)
}
