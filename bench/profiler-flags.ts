/**
 * Node's own profiler for the processes of a suite. Disabled unless a folder is set; then it is enabled in every
 * process whose name or arguments contain the given word, so that suites need no code for it.
 */
import { env } from 'node:process'

/** Sampling interval: short enough for a second of work, long enough not to affect it. */
const SAMPLING_US = 200

export interface Profiling {
  /** The folder for the profiles. */
  readonly folder: string
  /** A word in the name or arguments of the processes to profile; absent for all of them. */
  readonly side: string | undefined
}

const FOLDER = 'BENCH_PROFILE_FOLDER'
const SIDE = 'BENCH_PROFILE_SIDE'

/** Profiles every process of the side that is started from now on. */
export function profileProcesses({ folder, side }: Profiling): void {
  env[FOLDER] = folder
  if (side !== undefined) env[SIDE] = side
}

let started = 0

/** The flags to start a process with; empty if it is not to be profiled. */
export function profilerFlags(words: readonly string[]): readonly string[] {
  const { [FOLDER]: folder, [SIDE]: side } = env
  if (folder === undefined || (side !== undefined && !words.includes(side))) return []
  // Letters and digits only: the words contain addresses.
  const name = words.filter((word) => /^[\w-]+$/.test(word)).join('-')
  return [
    '--cpu-prof',
    `--cpu-prof-interval=${SAMPLING_US}`,
    `--cpu-prof-dir=${folder}`,
    `--cpu-prof-name=${name}-${++started}.cpuprofile`,
  ]
}
