/** Compares the figures of three builds and formats the verdicts as text. */
import { median } from './statistics.js'
import type { Figure, Suite } from './suite.js'
import { judge, type Verdict } from './verdict.js'

export interface Comparison extends Verdict {
  readonly id: string
  readonly name: string
  readonly unit: string
  readonly base: number
  readonly branch: number
}

/** One per figure of a suite that ran the builds `base`, `twin` and `branch`. */
export function comparisons({ id, title }: Pick<Suite, 'id' | 'title'>, figures: readonly Figure[]): Comparison[] {
  return figures.map(({ name = title, unit, series }) => {
    const [base, twin, branch] = ['base', 'twin', 'branch'].map(
      (label) => series.find(({ side }) => side === label)?.values ?? [],
    )
    if (!base?.length || !twin?.length || !branch?.length) throw new Error(`${id} did not run all builds`)
    return { id, name, unit, base: median(base), branch: median(branch), ...judge({ base, twin, branch }) }
  })
}

export function comparisonLine({ id, name, unit, base, branch, ratio, band, kind }: Comparison): string {
  const change = `${((ratio - 1) * 100).toFixed(1)} %`.padStart(8)
  const noise = `±${(band * 100).toFixed(1)} %`.padStart(8)
  const values = `${base.toFixed(1)} → ${branch.toFixed(1)} ${unit}`
  return `${id.padEnd(8)}${verdictOf(kind, unit).padEnd(13)}${change}  noise ${noise}  ${values}  ${name}`
}

/** Less time is faster, less memory is smaller; for a rate, more is faster. */
function verdictOf(kind: Verdict['kind'], unit: string): string {
  if (kind === 'within noise') return kind
  if (unit.endsWith('/s')) return kind === 'more' ? 'faster' : 'slower'
  if (unit === 'ms' || unit === 'µs') return kind === 'less' ? 'faster' : 'slower'
  return kind === 'less' ? 'smaller' : 'larger'
}
