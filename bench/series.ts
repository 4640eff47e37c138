/** The measurements of contenders as the series of a figure. */
import type { Figure } from './suite.js'

/** One series per contender; `pick` selects the value of the figure from a round. */
export function seriesOf<T>(
  results: ReadonlyMap<{ readonly label: string }, readonly T[]>,
  pick: (result: T) => number,
): Figure['series'] {
  return [...results].map(([{ label }, values]) => ({ side: label, values: values.map(pick) }))
}
