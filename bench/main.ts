/**
 * Runs the suites and prints their figures. Ratios are what counts: all sides run in turn, on one machine, in one run.
 *
 *     npm run bench -- [--only p1,p4] [--rounds 7] [--calls n] [--json] [--no-build]
 */
import { prepare } from './compile.js'
import { readOptions } from './options.js'
import { reportLines, summarise, type Summary } from './report.js'
import { suites } from './suites/index.js'

const options = readOptions(process.argv.slice(2))
const unknown = options.only.filter((id) => !suites.some((suite) => suite.id === id))
if (unknown.length > 0)
  throw new Error(`no such suite: ${unknown.join(', ')}; there are ${suites.map(({ id }) => id).join(', ')}`)

prepare(options)
const summaries: Summary[] = []
for (const suite of suites) {
  if (options.only.length > 0 && !options.only.includes(suite.id)) continue
  const summary = summarise(suite, await suite.run(options))
  summaries.push(summary)
  if (!options.json) console.log(`${reportLines(summary)}\n`)
}
if (options.json) console.log(JSON.stringify(summaries, undefined, 2))
