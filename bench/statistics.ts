/** The few figures a series of rounds is reported by. */

/** The middle value; the mean of the middle two for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? NaN)) / 2
}

/** How far rounds lie apart: (largest − smallest) ÷ median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values)
}

/** Ratios round by round: what disturbs a round disturbs both sides of it. */
export function ratios(values: readonly number[], base: readonly number[]): number[] {
  return values.map((value, i) => value / (base[i] ?? NaN))
}

/** The value that a share of all does not exceed: the smallest that at least that share is at or below. NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN
}

/** Half the width of the range in which, 19 times of 20, the median of all possible rounds lies. */
export function medianHalfWidth(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  // Which ranks enclose it follows from counting heads and tails, so it holds however the values are spread.
  const outside = Math.max(0, Math.floor((sorted.length - 1.96 * Math.sqrt(sorted.length)) / 2))
  return ((sorted.at(-1 - outside) ?? NaN) - (sorted[outside] ?? NaN)) / 2
}
