/** Summaries of suites as Markdown tables, each figure with its spread. */
import { countText, numberText, ratioText, spreadText } from './figure-text.js'
import type { FigureSummary, Summary } from './report.js'

/** Several suites in one table: a row for each side of each figure, with its target. */
export function targetsTable(summaries: readonly Summary[]): string {
  const rows = summaries.flatMap(({ id, title, figures }) =>
    figures.flatMap((figure) =>
      figure.sides.map((side, i) => [
        i > 0 ? '' : `${id} ${figure.name === undefined ? title : `${title}: ${figure.name}`}`,
        label(side.side),
        figure.unit === '' ? countText(side.median) : `${numberText(side.median)} ${figure.unit}`,
        `± ${spreadText(side.spread)} %`,
        ratioCell(figure, side),
        goalCell(figure, side.side),
      ]),
    ),
  )
  return table(['Suite', 'Side', 'Median', 'Spread', 'Ratio', 'Target'], rows)
}

/** One suite with many sides: a row for each, a column for each figure. */
export function sidesTable({ title, figures }: Summary): string {
  const heads = figures.flatMap(({ name = 'median', unit, base }) => [
    `${name}, ${unit}`,
    ...(base === undefined ? [] : [`÷ ${label(base)}`]),
  ])
  const rows = (figures[0]?.sides ?? []).map(({ side }, i) => [
    label(side),
    ...figures.flatMap((figure) => {
      const one = figure.sides[i]
      if (one === undefined) return []
      const value = `${numberText(one.median)} ± ${spreadText(one.spread)} %`
      return figure.base === undefined ? [value] : [value, ratioCell(figure, one)]
    }),
  ])
  return table([title, ...heads], rows)
}

/** One suite with many figures of the same sides: a row for each figure, a column for each side. */
export function figuresTable({ title, figures }: Summary): string {
  const sides = figures[0]?.sides.map(({ side }) => label(side)) ?? []
  const base = figures[0]?.base ?? ''
  const rows = figures.map((figure) => [
    `${figure.name ?? ''}, ${figure.unit}`,
    ...figure.sides.map(({ median, spread }) => `${numberText(median)} ± ${spreadText(spread)} %`),
    ...figure.sides.filter(({ side }) => side !== base).map((side) => ratioCell(figure, side)),
  ])
  const ratios = sides.filter((side) => side !== base).map((side) => `${side} ÷ ${base}`)
  return table([title, ...sides, ...ratios], rows)
}

/** Sides that are numbers are points of an axis. */
function label(side: string): string {
  return /^\d+$/.test(side) ? countText(Number(side)) : side
}

function ratioCell({ goal, base }: FigureSummary, { side, ratio }: FigureSummary['sides'][number]): string {
  if (ratio === undefined) return '–'
  return side === base ? '1' : ratioText(ratio, goal?.of === side ? goal : undefined)
}

function goalCell({ goal, base, unit }: FigureSummary, side: string): string {
  if (goal?.of !== side) return ''
  const limit = base === undefined ? `${countText(goal.limit)} ${unit}`.trim() : String(goal.limit)
  return `${goal.want === 'at most' ? '≤' : '≥'} ${limit}: ${goal.isMet ? 'met' : '**not met**'}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
