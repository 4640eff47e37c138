/** What it costs to import the package in a fresh process, beyond what Node itself costs. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { interleave } from '../rounds.js'
import type { Suite } from '../suite.js'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const REPORT = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)'

/** Imports by side; the bare one is what the others are compared with. */
const IMPORTS = new Map([
  ['node', ''],
  ['ws', "await import('ws')"],
  ['peer', "await import('iii-sdk')"],
  ['ours', "await import('iii-node')"],
])

async function importCpuMs(statement: string): Promise<number> {
  const args = ['--input-type=module', '--eval', `${statement}\n${REPORT}`]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PROJECT })
  return Number(stdout)
}

export const coldImport: Suite = {
  id: 'p6',
  title: 'CPU of a cold import, beyond bare Node',
  async run({ rounds }) {
    const figures = await interleave([...IMPORTS], Math.max(rounds, 15), ([, statement]) => importCpuMs(statement))
    const [bare = [], ...others] = figures.values()
    const [, ...sides] = IMPORTS.keys()
    const series = sides.map((side, i) => ({
      side,
      values: (others[i] ?? []).map((value, round) => value - (bare[round] ?? 0)),
    }))
    return { unit: 'ms', series, ratio: { of: 'ours', to: 'peer', target: 0.25 } }
  },
}
