/** Runs many seeds, in one process or in several, and tells of each that fails. */
import { describeFailure } from './report.js'
import { runSeed } from './run-seed.js'

export interface SeedRange {
  readonly from: number
  readonly count: number
  readonly jobs: number
  /** Whether to go on after a failing seed. */
  readonly keepsGoing: boolean
  readonly shrinks: boolean
}

/** Answers with the number of seeds that failed. */
export async function runSeeds({ from, count, keepsGoing, shrinks }: SeedRange): Promise<number> {
  const startedAt = performance.now()
  let failed = 0
  let done = 0
  for (let seed = from; seed < from + count; seed++) {
    const verdict = await runSeed(seed)
    done += 1
    if (verdict.problems.length === 0) continue
    failed += 1
    console.log(`\n${await describeFailure(verdict, shrinks)}`)
    if (!keepsGoing) break
  }
  const seconds = (performance.now() - startedAt) / 1000
  console.log(
    `${done} seeds from ${from}, ${failed} failed, ${seconds.toFixed(1)} s, ${(done / seconds).toFixed(0)} seeds/s`,
  )
  return failed
}
