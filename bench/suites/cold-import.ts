/** The cost of importing the package in a fresh process, beyond the cost of Node itself. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { contenders, here, type Contender } from '../contender.js'
import { profilerFlags } from '../profiler-flags.js'
import { interleave } from '../rounds.js'
import type { Figure, Suite } from '../suite.js'

const REPORT = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)'

const MODULES: Readonly<Record<string, string>> = { ws: 'ws', peer: 'iii-sdk', ours: 'iii-node' }

/** The base of the comparison. */
const BARE = here('')

async function importCpuMs({ side, root }: Contender): Promise<number> {
  const statement = side === '' ? '' : `await import('${MODULES[side] ?? side}')`
  const args = [...profilerFlags(['import', side]), '--input-type=module', '--eval', `${statement}\n${REPORT}`]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root })
  return Number(stdout)
}

/** @param sides names of modules, or of a side of this suite. */
export async function importCosts(sides: readonly Contender[], rounds: number): Promise<Figure['series']> {
  const figures = await interleave([BARE, ...sides], { rounds }, importCpuMs)
  const bare = figures.get(BARE) ?? []
  return sides.map((side) => ({
    side: side.label,
    values: (figures.get(side) ?? []).map((value, round) => value - (bare[round] ?? 0)),
  }))
}

export const coldImport: Suite = {
  id: 'p6',
  title: 'CPU of a cold import, beyond bare Node',
  async run(options) {
    const sides = contenders(options, Object.keys(MODULES), 'ours')
    const series = await importCosts(sides, Math.max(options.rounds, 15))
    return [{ unit: 'ms', series, base: 'peer', goal: { of: 'ours', limit: 0.25, want: 'at most' } }]
  },
}
