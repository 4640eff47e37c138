/** What a suite is and what it gives: figures, each a series of values per side, one per round. */
import type { Build } from './contender.js'

export interface RunOptions {
  readonly rounds: number
  /** Calls per round, where a suite makes calls; each suite has its own default. */
  readonly calls: number | undefined
  /** Builds of this package to measure against each other, in place of a suite's own sides. */
  readonly builds?: readonly Build[]
}

interface Series {
  readonly side: string
  readonly values: readonly number[]
}

/** What a side is to reach, by the median over rounds: divided by the figure's base, when there is one. */
export interface Goal {
  readonly of: string
  readonly limit: number
  /** Which side of the limit is good. */
  readonly want: 'at most' | 'at least'
}

export interface Figure {
  /** Tells the figures of one suite apart; a suite with a single one needs no more than its title. */
  readonly name?: string
  readonly unit: string
  readonly series: readonly Series[]
  /** The side that all are divided by, round by round. */
  readonly base?: string
  readonly goal?: Goal
}

export interface Suite {
  /** Short and stable, such as `p1`. */
  readonly id: string
  readonly title: string
  readonly run: (options: RunOptions) => Promise<readonly Figure[]>
}
