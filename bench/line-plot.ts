/** Draws lines over a logarithmic axis as plain SVG: enough to see whether a value grows, and where. */
import { escapeXml } from './svg-text.js'

interface Line {
  readonly name: string
  /** One per point of the plot. */
  readonly values: readonly number[]
}

export interface Plot {
  readonly title: string
  /** The unit of the points. */
  readonly xLabel: string
  readonly yLabel: string
  /** Ascending, above 0. */
  readonly points: readonly number[]
  readonly lines: readonly Line[]
}

const WIDTH = 640
const HEIGHT = 360
const LEFT = 62
const RIGHT = 610
const TOP = 44
const BOTTOM = 300
const Y_STEPS = 4
const COLOURS = ['#c8553d', '#2f6690', '#6a994e', '#8d6a9f']

export function linePlot(plot: Plot): string {
  const { title, xLabel, yLabel, points, lines } = plot
  const top = niceCeiling(Math.max(...lines.flatMap(({ values }) => values)))
  const place = { x: xScale(points), y: (value: number) => BOTTOM - (value / top) * (BOTTOM - TOP) }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text(title, { x: LEFT, y: 18, more: 'font-size="14" font-weight="bold"' }),
    text(yLabel, { x: LEFT, y: 36, more: 'fill="#555"' }),
    ...Array.from({ length: Y_STEPS + 1 }, (_, i) => horizontal((top * i) / Y_STEPS, place.y)),
    ...points.map((point) => text(shortNumber(point), { x: place.x(point), y: BOTTOM + 18, more: MIDDLE })),
    text(xLabel, { x: (LEFT + RIGHT) / 2, y: BOTTOM + 38, more: `${MIDDLE} fill="#555"` }),
    ...lines.flatMap((line, i) => drawn(line, { points, place, colour: COLOURS[i % COLOURS.length] ?? '', rank: i })),
    '</svg>\n',
  ].join('\n')
}

const MIDDLE = 'text-anchor="middle"'

function xScale(points: readonly number[]): (point: number) => number {
  const [first = 1, last = 1] = [points[0], points.at(-1)]
  const span = Math.log(last) - Math.log(first) || 1
  return (point) => LEFT + 10 + ((Math.log(point) - Math.log(first)) / span) * (RIGHT - LEFT - 20)
}

function horizontal(value: number, y: (value: number) => number): string {
  const at = y(value).toFixed(1)
  const label = text(shortNumber(value), { x: LEFT - 6, y: y(value) + 4, more: 'text-anchor="end"' })
  return `<line x1="${LEFT}" x2="${RIGHT}" y1="${at}" y2="${at}" stroke="#ddd"/>${label}`
}

interface Drawing {
  readonly points: readonly number[]
  readonly place: { readonly x: (point: number) => number; readonly y: (value: number) => number }
  readonly colour: string
  /** The place of the line in the legend. */
  readonly rank: number
}

function drawn({ name, values }: Line, { points, place, colour, rank }: Drawing): string[] {
  const spots = values.map((value, i) => [place.x(points[i] ?? 1).toFixed(1), place.y(value).toFixed(1)] as const)
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${spots.map((spot) => spot.join()).join(' ')}"/>`,
    ...spots.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`),
    text(name, { x: LEFT + rank * 180, y: HEIGHT - 8, more: `fill="${colour}" font-weight="bold"` }),
  ]
}

function text(
  content: string,
  { x, y, more }: { readonly x: number; readonly y: number; readonly more: string },
): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escapeXml(content)}</text>`
}

/** The next of 1, 2, 4 or 8 times a power of ten, so that quarters of it are round. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 4, 8].find((step) => step * power >= value) ?? 10) * power
}

function shortNumber(value: number): string {
  if (value >= 1024 * 1024 && value % (1024 * 1024) === 0) return `${value / 1024 / 1024} Mi`
  if (value >= 1024 && value % 1024 === 0) return `${value / 1024} Ki`
  return value >= 1000 ? `${value / 1000} k` : String(Number(value.toPrecision(3)))
}
