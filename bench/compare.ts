/**
 * Compares the working tree of this checkout with a commit: both alternate in one run.
 *
 * npm run bench:compare -- main [--only p1,p8] [--rounds 11] [--calls n] [--json] [--no-build]
 */
import { builtCheckout } from './checkout.js'
import { prepare } from './compile.js'
import { comparisonLine, comparisons, type Comparison } from './comparison.js'
import type { Build } from './contender.js'
import { readOptions } from './options.js'
import { PROJECT } from './project.js'
import { pickSuites } from './suites/pick.js'

/** Suites that depend on the path of a call. */
const BY_DEFAULT = ['p1', 'p2', 'p3', 'p4', 'p6', 'p8']
const MIN_ROUNDS = 11

const [base = 'main', ...rest] = process.argv.slice(2)
const { rounds, ...options } = readOptions(rest)
const chosen = pickSuites(options.only.length === 0 ? BY_DEFAULT : options.only)

prepare(options)
const root = builtCheckout(base)
const builds: readonly Build[] = [
  { label: 'base', root },
  { label: 'twin', root },
  { label: 'branch', root: PROJECT },
]
const all: Comparison[] = []
if (!options.json) console.log(`This checkout against ${base}`)
for (const suite of chosen) {
  const figures = await suite.run({ ...options, rounds: Math.max(rounds, MIN_ROUNDS), builds })
  for (const comparison of comparisons(suite, figures)) {
    all.push(comparison)
    if (!options.json) console.log(comparisonLine(comparison))
  }
}
if (options.json) console.log(JSON.stringify(all, undefined, 2))
