/**
 * Profiles the processes of a suite, and prints the time by function.
 *
 * npm run bench:profile -- p8 [engine] [--rounds 3] [--calls n] [--top 25] [--no-build]
 *
 * The second word selects the processes of one side, by the name of the process or of the side; the default is all. For
 * each process, `temp/profile/` receives the profile for the developer tools of a browser, a flame graph, and the
 * stacks in the format of other tools. Start-up is included; more rounds reduce its share.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { callTree } from './call-tree.js'
import { prepare } from './compile.js'
import { flameGraph } from './flame-graph.js'
import { positiveInteger } from './options.js'
import { profileProcesses } from './profiler-flags.js'
import { PROJECT } from './project.js'
import { collapsedStacks, selfTimes } from './self-times.js'
import { pickSuites } from './suites/pick.js'

const FOLDER = join(PROJECT, 'temp/profile')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    calls: { type: 'string' },
    top: { type: 'string', default: '25' },
    'no-build': { type: 'boolean', default: false },
  },
})
const [id = 'p1', side] = positionals
const [suite] = pickSuites([id])
const rounds = positiveInteger('rounds', values.rounds)
const calls = values.calls === undefined ? undefined : positiveInteger('calls', values.calls)
const top = positiveInteger('top', values.top)

prepare({ build: !values['no-build'] })
rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
profileProcesses({ folder: FOLDER, side })
await suite?.run({ rounds, calls })

const names = readdirSync(FOLDER).map((file) => file.replace(/\.cpuprofile$/, ''))
if (names.length === 0) throw new Error(`${id} started no process named ${side ?? ''}`)
for (const name of names) show(name)

function show(name: string): void {
  const file = join(FOLDER, name)
  const tree = callTree(JSON.parse(readFileSync(`${file}.cpuprofile`, 'utf8')) as Profiler.Profile)
  const busy = `busy for ${(tree.totalUs / 1000).toFixed(0)} ms`
  writeFileSync(`${file}.svg`, flameGraph(tree, `${id}: ${name}, ${busy}`))
  writeFileSync(`${file}.stacks.txt`, collapsedStacks(tree))
  console.log(`\n${id}: ${name}, ${busy} (${file}.svg)`)
  for (const { name, place, selfUs, share } of selfTimes(tree).slice(0, top)) {
    const ms = `${(selfUs / 1000).toFixed(1)} ms`.padStart(11)
    console.log(`${ms}  ${(share * 100).toFixed(1).padStart(5)} %  ${name.padEnd(32)} ${place}`)
  }
}
