/** The interface of a suite and its results: figures, each a series of values per side, one per round. */
import type { Build } from './contender.js'

export interface RunOptions {
  readonly rounds: number
  /** Calls per round, if a suite makes calls; each suite has its own default. */
  readonly calls: number | undefined
  /** Builds of this package to compare with each other, in place of the sides of a suite. */
  readonly builds?: readonly Build[]
}

interface Series {
  readonly side: string
  readonly values: readonly number[]
}

/** The target of a side, for the median over rounds: divided by the base of the figure, if there is one. */
export interface Goal {
  readonly of: string
  readonly limit: number
  /** Which side of the limit is good. */
  readonly want: 'at most' | 'at least'
}

export interface Figure {
  /** Identifies a figure within a suite; a suite with a single one needs only its title. */
  readonly name?: string
  readonly unit: string
  readonly series: readonly Series[]
  /** The side by which all are divided, round by round. */
  readonly base?: string
  readonly goal?: Goal
}

export interface Suite {
  /** Short and stable, such as `p1`. */
  readonly id: string
  readonly title: string
  readonly run: (options: RunOptions) => Promise<readonly Figure[]>
}
