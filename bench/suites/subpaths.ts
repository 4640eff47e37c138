/** The cost of importing each published subpath in a fresh process, beyond the cost of Node itself. */
import { libraryEntries } from '../../scripts/entries.js'
import { contenders, here } from '../contender.js'
import type { Suite } from '../suite.js'
import { importCosts } from './cold-import.js'

const ROOT = 'iii-node'
/** Fewer rounds, as there are many subpaths and each takes a process per round. */
const MAX_ROUNDS = 5

export const subpaths: Suite = {
  id: 'subpaths',
  title: 'Cold import',
  async run({ rounds, builds }) {
    const names = Object.keys(libraryEntries).map((subpath) => `${ROOT}${subpath.slice(1)}`)
    // An older build may lack some of them, so builds are compared by the root.
    const sides = builds === undefined ? names.map(here) : contenders({ builds }, [], ROOT)
    return [
      { name: 'CPU beyond bare Node', unit: 'ms', series: await importCosts(sides, Math.min(rounds, MAX_ROUNDS)) },
    ]
  },
}
