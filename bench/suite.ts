/** What a suite is and what it gives: for each side a series of figures, one per round. */

export interface RunOptions {
  readonly rounds: number
  /** Calls per round, where a suite makes calls; each suite has its own default. */
  readonly calls: number | undefined
}

interface Series {
  readonly side: string
  readonly values: readonly number[]
}

export interface SuiteResult {
  readonly unit: string
  readonly series: readonly Series[]
  /** The ratio that has a target: the median over rounds of `of` ÷ `to`. */
  readonly ratio: { readonly of: string; readonly to: string; readonly target: number }
}

export interface Suite {
  /** Short and stable, such as `p1`. */
  readonly id: string
  readonly title: string
  readonly run: (options: RunOptions) => Promise<SuiteResult>
}
