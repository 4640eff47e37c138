/** Formats figures for documents, with significant digits only. */
import type { Goal } from './suite.js'

/** A number that is not a measurement: unchanged, with a thousands separator. */
export function countText(value: number): string {
  return value.toLocaleString('en')
}

/** A measurement: three digits, or all before the point, with a thousands separator. */
export function numberText(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Two decimals, or three if two would hide on which side of its limit a ratio is; large ones like any number. */
export function ratioText(value: number, goal?: Pick<Goal, 'limit'>): string {
  if (value >= 10) return numberText(value)
  const text = value.toFixed(2)
  return Number(text) === goal?.limit && value !== goal.limit ? value.toFixed(3) : text
}

/** Half the range of the rounds, in per cent of their median. */
export function spreadText(spread: number): string {
  return (spread * 50).toFixed(0)
}
