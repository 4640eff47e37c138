/**
 * Runs the suites and prints their figures. Ratios count: all sides alternate on one machine, in one run.
 *
 * npm run bench -- [--only p1,p4] [--rounds 7] [--calls n] [--json] [--write] [--no-build]
 *
 * `--write` stores the figures in `figures.json` and updates the documents that show them.
 */
import { prepare } from './compile.js'
import { keepFigures } from './figure-store.js'
import { readOptions } from './options.js'
import { reportLines, summarise, type Summary } from './report.js'
import { pickSuites } from './suites/pick.js'

const options = readOptions(process.argv.slice(2))
const chosen = pickSuites(options.only)

prepare(options)
const summaries: Summary[] = []
for (const suite of chosen) {
  const summary = summarise(suite, await suite.run(options))
  summaries.push(summary)
  if (!options.json) console.log(`${reportLines(summary)}\n`)
}
if (options.write) await keepFigures(summaries)
if (options.json) console.log(JSON.stringify(summaries, undefined, 2))
