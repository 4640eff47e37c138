/**
 * Updates figures in documents. A table is between `<!-- figures: p1 p2 -->` and `<!-- /figures -->`; a number within a
 * sentence is before a mark that names it, as in `16.3<!-- p1 / ours --> µs`. Both are generated from the stored
 * figures; `figureTexts` lists the names for marks.
 */
import { figuresTable, sidesTable, targetsTable } from './figure-tables.js'
import { numberText, ratioText, spreadText } from './figure-text.js'
import type { Summary } from './report.js'

/** The result of a suite, and the machine. */
export interface Kept extends Summary {
  readonly machine: string
  /** Load average of the machine at the end of the run. Far above the number of cores, other programs were running. */
  readonly load: number
}

/** The documents that contain figures. */
export const DOCUMENTS = ['bench/README.md', 'docs/guide/scaling.md'] as const

const BLOCK = /(<!-- figures: ([^>]+) -->\n)[^]*?(\n<!-- \/figures -->)/g
const MARK = /[\d.,]+(<!-- ([^/>]+ \/ [^>]+) -->)/g

/** The text with the figures inserted. Throws if it names one that does not exist. */
export function refreshed(text: string, kept: readonly Kept[]): string {
  const texts = figureTexts(kept)
  return text
    .replace(BLOCK, (_all, head: string, names: string, tail: string) => `${head}\n${block(names, kept)}\n${tail}`)
    .replace(MARK, (_all, mark: string, name: string) => `${found(texts.get(name), name)}${mark}`)
}

function block(names: string, kept: readonly Kept[]): string {
  if (names === 'machine') return machinesList(kept)
  const ids = names.split(' ')
  const chosen = ids.map((id) =>
    found(
      kept.find((one) => one.id === id),
      id,
    ),
  )
  const [only] = chosen
  if (chosen.length > 1 || only === undefined) return targetsTable(chosen)
  // A table should rather be long than wide.
  const isOfFigures = only.figures.length > (only.figures[0]?.sides.length ?? 0)
  return isOfFigures ? figuresTable(only) : sidesTable(only)
}

/** Each machine with the range of its load. */
function machinesList(kept: readonly Kept[]): string {
  const machines = [...new Set(kept.map(({ machine }) => machine))]
  return machines
    .map((name) => {
      const loads = kept.filter(({ machine }) => machine === name).map(({ load }) => load)
      return `- ${name}; load average ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`
    })
    .join('\n')
}

/**
 * Names for marks: `suite / side` for a median, `suite / figure / side` if a suite has several figures. With ` / ratio`
 * for that side ÷ the base, and with ` / spread`.
 */
function figureTexts(kept: readonly Kept[]): ReadonlyMap<string, string> {
  return new Map(
    kept.flatMap(({ id, figures }) =>
      figures.flatMap(({ name, sides, goal }) =>
        sides.flatMap(({ side, median, spread, ratio }) => {
          const key = [id, ...(name === undefined ? [] : [name]), side].join(' / ')
          return [
            [key, numberText(median)],
            [`${key} / spread`, spreadText(spread)],
            ...(ratio === undefined ? [] : [[`${key} / ratio`, ratioText(ratio, goal)] as const]),
          ] as const
        }),
      ),
    ),
  )
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`No figure is named ${name}: it was never measured, or has another name`)
  return value
}
