/**
 * Decides whether a branch differs from its base by more than noise. The base runs twice, as two sides: the difference
 * between them is what start-up, memory layout and other processes do to equal code.
 */
import { median, medianHalfWidth, ratios } from './statistics.js'

export interface Compared {
  readonly base: readonly number[]
  /** The base again, in separate processes. */
  readonly twin: readonly number[]
  readonly branch: readonly number[]
}

export interface Verdict {
  readonly kind: 'less' | 'more' | 'within noise'
  /** Branch ÷ base: the median over rounds, with both runs of the base combined. */
  readonly ratio: number
  /** Ratios this close to 1 are noise. */
  readonly band: number
}

/** Smaller differences are not reported, however certain they are. */
const MIN_BAND = 0.02

/** Judges a figure by its rounds; all three sides have the same number of them. */
export function judge({ base, twin, branch }: Compared): Verdict {
  const both = base.map((value, round) => (value + (twin[round] ?? NaN)) / 2)
  const changes = ratios(branch, both)
  const ratio = median(changes)
  const luck = Math.abs(median(ratios(twin, base)) - 1)
  const band = Math.max(MIN_BAND, luck + medianHalfWidth(changes))
  const kind = Math.abs(ratio - 1) <= band ? 'within noise' : ratio < 1 ? 'less' : 'more'
  return { kind, ratio, band }
}
