/**
 * Measures the gain of each optimisation by removing it: this checkout is compared with itself, and with a copy without
 * the optimisation.
 *
 * npm run bench:gains -- [--only mask-words,kept-timer] [--rounds 11] [--calls n] [--no-build]
 *
 * The table goes to `bench/README.md`. The difference between the two runs of the same code is the noise.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileInto, prepare } from './compile.js'
import type { Build } from './contender.js'
import { keepFigures, keptFigures } from './figure-store.js'
import { OPTIMISATIONS, type Optimisation } from './optimisations.js'
import { readOptions } from './options.js'
import { PROJECT } from './project.js'
import { reportLines, summarise, type Summary } from './report.js'
import type { Figure } from './suite.js'
import { pickSuites } from './suites/pick.js'

/** Files that a build needs. */
const INPUTS = ['src', 'scripts', 'package.json', 'tsconfig.json', 'tsup.config.ts']
const MIN_ROUNDS = 11
const BASE = 'with it'

const { only, rounds, ...options } = readOptions(process.argv.slice(2))
const chosen = only.length === 0 ? OPTIMISATIONS : OPTIMISATIONS.filter(({ id }) => only.includes(id))
if (chosen.length === 0) throw new Error(`There are ${OPTIMISATIONS.map(({ id }) => id).join(', ')}`)

prepare(options)
for (const optimisation of chosen) {
  const summary = summarise({ id: 'gains', title: 'Optimisation' }, await figuresWithout(optimisation))
  console.log(reportLines(summary))
  await keepFigures([together(summary)])
}

async function figuresWithout({ what, suite: id, ...change }: Optimisation): Promise<readonly Figure[]> {
  const builds: readonly Build[] = [
    { label: BASE, root: PROJECT },
    { label: 'once more', root: PROJECT },
    { label: 'without', root: builtWithout({ what, suite: id, ...change }) },
  ]
  const [suite] = pickSuites([id])
  const figures = (await suite?.run({ ...options, rounds: Math.max(rounds, MIN_ROUNDS), builds })) ?? []
  return figures.map(({ name, unit, series }) => ({
    name: `${what} (${name === undefined ? id : `${id}, ${name}`})`,
    unit,
    series,
    base: BASE,
  }))
}

/** A copy of this checkout without the optimisation, built without declarations. */
function builtWithout({ id, file, find, replace }: Optimisation): string {
  const folder = join(PROJECT, 'temp/gains', id)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const input of INPUTS) cpSync(join(PROJECT, input), join(folder, input), { recursive: true })
  const source = readFileSync(join(folder, file), 'utf8')
  if (source.split(find).length !== 2) throw new Error(`${file} does not hold once what ${id} takes out`)
  writeFileSync(
    join(folder, file),
    source.replace(find, () => replace),
  )
  execFileSync('npx', ['tsup', '--no-dts', '--silent'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  compileInto(folder)
  return folder
}

/** One table of all, including earlier measurements of the others. */
function together(latest: Summary): Summary {
  const earlier = keptFigures().find(({ id }) => id === 'gains')
  const figures = new Map([...(earlier?.figures ?? []), ...latest.figures].map((one) => [one.name, one]))
  const known = [...figures.values()].filter(({ name }) => OPTIMISATIONS.some(({ what }) => name?.startsWith(what)))
  return { id: 'gains', title: 'Optimisation', figures: known }
}
