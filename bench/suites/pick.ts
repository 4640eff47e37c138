/** Selects suites by their ids. */
import type { Suite } from '../suite.js'
import { suites } from './index.js'

/** The named suites, in the order of the list; all of them if none is named. Throws for an unknown id. */
export function pickSuites(ids: readonly string[]): readonly Suite[] {
  const unknown = ids.filter((id) => !suites.some((suite) => suite.id === id))
  if (unknown.length > 0) {
    throw new Error(`no such suite: ${unknown.join(', ')}; there are ${suites.map(({ id }) => id).join(', ')}`)
  }
  return ids.length === 0 ? suites : suites.filter(({ id }) => ids.includes(id))
}
