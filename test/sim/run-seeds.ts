/** Runs many seeds, in one process or in several, and reports each one that fails. */
import { spawn } from 'node:child_process'
import { describeFailure } from './report.js'
import type { AnyScenario, Simulation } from './simulation.js'

export interface SeedRange {
  readonly from: number
  readonly count: number
  /** Processes that share the seeds. */
  readonly jobs: number
  /** Whether to go on after a failing seed. */
  readonly keepsGoing: boolean
  readonly shrinks: boolean
}

/** So many seeds go by between two signs of life. */
const SEEDS_PER_LINE = 10_000

/** Answers with the number of seeds that failed; in several processes, of processes that found one. */
export function runSeeds<S extends AnyScenario>(simulation: Simulation<S>, range: SeedRange): Promise<number> {
  return range.jobs > 1 ? share(simulation.flags, range) : runAll(simulation, range)
}

async function runAll<S extends AnyScenario>(
  simulation: Simulation<S>,
  { from, count, keepsGoing, shrinks }: SeedRange,
): Promise<number> {
  const startedAt = performance.now()
  let failed = 0
  let done = 0
  for (let seed = from; seed < from + count; seed++) {
    const verdict = await simulation.run(simulation.generate(seed))
    done += 1
    if (done % SEEDS_PER_LINE === 0) console.log(`${done} of ${count} seeds from ${from}, ${failed} failed so far`)
    if (verdict.problems.length === 0) continue
    failed += 1
    console.log(`\n${await describeFailure(simulation, verdict, shrinks)}`)
    if (!keepsGoing) break
  }
  const seconds = (performance.now() - startedAt) / 1000
  const pace = (done / seconds).toFixed(0)
  console.log(`${done} seeds from ${from}, ${failed} failed, ${seconds.toFixed(1)} s, ${pace} seeds/s`)
  return failed
}

async function share(
  chosen: readonly string[],
  { from, count, jobs, keepsGoing, shrinks }: SeedRange,
): Promise<number> {
  const each = Math.ceil(count / jobs)
  const flags = [...chosen, ...(keepsGoing ? ['--keep-going'] : []), ...(shrinks ? [] : ['--no-shrink'])]
  const parts = Array.from({ length: jobs }, (_, job) => {
    const first = from + job * each
    const seeds = Math.min(each, from + count - first)
    return seeds <= 0 ? Promise.resolve(0) : runChild(['--from', String(first), '--seeds', String(seeds), ...flags])
  })
  const codes = await Promise.all(parts)
  return codes.filter((code) => code !== 0).length
}

function runChild(args: readonly string[]): Promise<number | null> {
  const [main = ''] = process.argv.slice(1)
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], { stdio: 'inherit' })
  return new Promise((ended, failed) => {
    child.on('error', failed)
    child.on('close', ended)
  })
}
