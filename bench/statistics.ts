/** The statistics for a series of rounds. */

/** The middle value; the mean of the middle two for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? NaN)) / 2
}

/** The spread of rounds: (largest − smallest) ÷ median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values)
}

/** Ratios round by round: a disturbance of a round affects both sides of the ratio. */
export function ratios(values: readonly number[], base: readonly number[]): number[] {
  return values.map((value, i) => value / (base[i] ?? NaN))
}

/** A percentile: the smallest value that at least that share of all do not exceed. NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN
}

/** Half the width of the 95 % confidence interval of the median. */
export function medianHalfWidth(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  // The ranks of the interval follow from the binomial distribution, so it holds for any distribution of the values.
  const outside = Math.max(0, Math.floor((sorted.length - 1.96 * Math.sqrt(sorted.length)) / 2))
  return ((sorted.at(-1 - outside) ?? NaN) - (sorted[outside] ?? NaN)) / 2
}
