/**
 * Node's own profiler for whatever a suite starts. Off unless a folder is set, and then in every process whose name or
 * arguments say that it belongs to the side in question: no suite has to know that it is being profiled.
 */
import { env } from 'node:process'

/** Sampling interval: fine enough for a second of work, cheap enough not to show. */
const SAMPLING_US = 200

export interface Profiling {
  /** Where the profiles are written. */
  readonly folder: string
  /** A word that the processes to profile have among their name and arguments; absent for all of them. */
  readonly side: string | undefined
}

const FOLDER = 'BENCH_PROFILE_FOLDER'
const SIDE = 'BENCH_PROFILE_SIDE'

/** Has every process that is started from now on profiled, when it is of the side. */
export function profileProcesses({ folder, side }: Profiling): void {
  env[FOLDER] = folder
  if (side !== undefined) env[SIDE] = side
}

let started = 0

/** The flags to start a process with; none when it is not to be profiled. */
export function profilerFlags(words: readonly string[]): readonly string[] {
  const { [FOLDER]: folder, [SIDE]: side } = env
  if (folder === undefined || (side !== undefined && !words.includes(side))) return []
  // Letters and digits only: the words hold addresses.
  const name = words.filter((word) => /^[\w-]+$/.test(word)).join('-')
  return [
    '--cpu-prof',
    `--cpu-prof-interval=${SAMPLING_US}`,
    `--cpu-prof-dir=${folder}`,
    `--cpu-prof-name=${name}-${++started}.cpuprofile`,
  ]
}
