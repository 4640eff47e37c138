/**
 * Runs the suites and prints their figures. Ratios are what counts: all sides run in turn, on one machine, in one run.
 *
 *     npm run bench -- [--only p1,p4] [--rounds 7] [--calls n] [--json] [--write] [--no-build]
 *
 * `--write` keeps the figures in `figures.json` and brings the documents that show them up to date.
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
