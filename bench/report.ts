/** A suite's rounds as the few figures that are read, and those as text. */
import { median, ratios, spread } from './statistics.js'
import type { Suite, SuiteResult } from './suite.js'

interface SideSummary {
  readonly side: string
  readonly median: number
  readonly spread: number
  /** Median over rounds of this side ÷ the base of the suite's ratio. */
  readonly ratio: number
}

export interface Summary {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly rounds: number
  readonly sides: readonly SideSummary[]
  readonly ratio: { readonly of: string; readonly to: string; readonly value: number; readonly target: number }
}

export function summarise({ id, title }: Suite, { unit, series, ratio }: SuiteResult): Summary {
  const valuesOf = (side: string): readonly number[] => series.find((one) => one.side === side)?.values ?? []
  const base = valuesOf(ratio.to)
  return {
    id,
    title,
    unit,
    rounds: base.length,
    sides: series.map(({ side, values }) => ({
      side,
      median: median(values),
      spread: spread(values),
      ratio: median(ratios(values, base)),
    })),
    ratio: { ...ratio, value: median(ratios(valuesOf(ratio.of), base)) },
  }
}

export function reportLines({ id, title, unit, rounds, sides, ratio }: Summary): string {
  const lines = sides.map((side) => {
    const figure = `${side.median.toFixed(1)} ${unit}`.padStart(12)
    return `  ${side.side.padEnd(10)}${figure}   ÷ ${ratio.to} ${side.ratio.toFixed(3)}   spread ±${(side.spread * 50).toFixed(0)} %`
  })
  const verdict = ratio.value <= ratio.target ? 'met' : 'not met'
  lines.push(`  ${ratio.of} ÷ ${ratio.to} = ${ratio.value.toFixed(3)}, target ≤ ${ratio.target}: ${verdict}`)
  return [`${id}  ${title}, ${rounds} rounds`, ...lines].join('\n')
}
