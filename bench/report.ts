/** Computes the few figures of a report from the rounds of a suite, and formats them as text. */
import { median, ratios, spread } from './statistics.js'
import type { Figure, Goal, Suite } from './suite.js'

interface SideSummary {
  readonly side: string
  readonly median: number
  readonly spread: number
  /** Median over rounds of this side ÷ the base; absent if there is none. */
  readonly ratio: number | undefined
}

export interface FigureSummary {
  readonly name: string | undefined
  readonly unit: string
  readonly rounds: number
  readonly base: string | undefined
  readonly sides: readonly SideSummary[]
  /** The target and the result. */
  readonly goal: (Goal & { readonly value: number; readonly isMet: boolean }) | undefined
}

export interface Summary {
  readonly id: string
  readonly title: string
  readonly figures: readonly FigureSummary[]
}

export function summarise({ id, title }: Pick<Suite, 'id' | 'title'>, figures: readonly Figure[]): Summary {
  return { id, title, figures: figures.map(summariseFigure) }
}

function summariseFigure({ name, unit, series, base, goal }: Figure): FigureSummary {
  const valuesOf = (side: string): readonly number[] => series.find((one) => one.side === side)?.values ?? []
  const baseValues = base === undefined ? undefined : valuesOf(base)
  const ratioOf = (values: readonly number[]): number | undefined => baseValues && median(ratios(values, baseValues))
  return {
    name,
    unit,
    rounds: Math.max(...series.map(({ values }) => values.length)),
    base,
    sides: series.map(({ side, values }) => ({
      side,
      median: median(values),
      spread: spread(values),
      ratio: ratioOf(values),
    })),
    goal: goal && judged(goal, ratioOf(valuesOf(goal.of)) ?? median(valuesOf(goal.of))),
  }
}

function judged(goal: Goal, value: number): FigureSummary['goal'] {
  return { ...goal, value, isMet: goal.want === 'at most' ? value <= goal.limit : value >= goal.limit }
}

export function reportLines({ id, title, figures }: Summary): string {
  return [`${id}  ${title}`, ...figures.flatMap(figureLines)].join('\n')
}

function figureLines({ name, unit, rounds, base, sides, goal }: FigureSummary): string[] {
  const head = `  ${name === undefined ? '' : `${name}, `}${rounds} rounds`
  const lines = sides.map((side) => {
    const value = `${readable(side.median)} ${unit}`.padStart(14)
    const ratio = side.ratio === undefined ? '' : `   ÷ ${base ?? ''} ${side.ratio.toFixed(3)}`
    return `    ${side.side.padEnd(14)}${value}${ratio}   spread ±${(side.spread * 50).toFixed(0)} %`
  })
  if (goal === undefined) return [head, ...lines]
  const { of, value, limit, want, isMet } = goal
  const [what, reached, bound] =
    base === undefined
      ? [of, `${readable(value)} ${unit}`, `${limit} ${unit}`]
      : [`${of} ÷ ${base}`, value.toFixed(3), String(limit)]
  const sign = want === 'at most' ? '≤' : '≥'
  return [head, ...lines, `    ${what} = ${reached}, target ${sign} ${bound}: ${isMet ? 'met' : 'not met'}`]
}

/** Large figures need no decimals, small ones do. */
function readable(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 100 ? 1 : 2)
}
