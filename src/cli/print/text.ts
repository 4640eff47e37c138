/**
 * Text of unknown origin in columns and lines for a terminal. Control characters never pass, credentials in addresses
 * and values of sensitive keys are left out, and lines fit the width of the terminal.
 */
import { styleText } from 'node:util'
import { oneLine, safeLines } from '../../std/text/one-line.js'
import { isTellingKey, withoutCredentials } from '../../std/text/without-credentials.js'
import type { Screen, Terminal } from '../command.js'

export type Style = Parameters<typeof styleText>[0]

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string

/** The colours of standard output. */
export function painter({ isColoured }: { readonly isColoured: boolean } = { isColoured: false }): Paint {
  return (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text)
}

/** A text on one line, without credentials and control characters. */
export function clean(text: unknown): string {
  return oneLine(withoutCredentials(typeof text === 'string' ? text : JSON.stringify(text ?? null, readable)))
}

/** JSON for a person or a program, with values of sensitive keys left out. */
export function jsonOf(value: unknown, indent?: number): string {
  return safeLines(JSON.stringify(value ?? null, readable, indent))
}

/** JSON of a value that was asked for: nothing is left out. */
export function wholeJson(value: unknown, indent = 2): string {
  return safeLines(JSON.stringify(value ?? null, undefined, indent))
}

/** At most `width` characters. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

export interface Column {
  readonly title: string
  readonly isNumber?: boolean
}

const GAP = 2
/** A column is not made narrower than this to fit a terminal. */
const MIN_WIDTH = 8

/** Rows in columns under their titles. On a terminal the widest columns are cut until a line fits. */
export function table(columns: readonly Column[], rows: readonly (readonly unknown[])[], screen?: Screen): string[] {
  const cells = rows.map((row) => row.map((cell) => (cell === undefined || cell === null ? '' : clean(cell))))
  const widths = columns.map(({ title }, index) =>
    cells.reduce((widest, row) => Math.max(widest, row[index]?.length ?? 0), title.length),
  )
  if (screen !== undefined) fit(widths, screen.columns)
  const paint = painter(screen)
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0
        const text = cut(cell, width)
        return columns[index]?.isNumber === true ? text.padStart(width) : text.padEnd(width)
      })
      .join(' '.repeat(GAP))
      .trimEnd()
  return [paint('bold', line(columns.map(({ title }) => title))), ...cells.map(line)]
}

function fit(widths: number[], columns: number): void {
  const gaps = GAP * (widths.length - 1)
  let excess = widths.reduce((sum, width) => sum + width, gaps) - columns
  while (excess > 0) {
    const widest = Math.max(...widths)
    if (widest <= MIN_WIDTH) return
    widths[widths.indexOf(widest)] = widest - 1
    excess -= 1
  }
}

/** The first digits of a trace id that are shown; `iii-node traces` finds a trace by them. */
export const SHORT_ID = 12

/** A duration with three significant digits. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${digits(ms)} ms`
  return ms < 60_000 ? `${digits(ms / 1_000)} s` : `${digits(ms / 60_000)} min`
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** The local time of day, with milliseconds. */
export function clockTime(at: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  const millis = String(at.getMilliseconds()).padStart(3, '0')
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${millis}`
}

/** Prints lines: through a pager when they exceed the height of the terminal. */
export async function page(terminal: Terminal, lines: readonly string[]): Promise<void> {
  const { screen } = terminal
  if (screen === undefined || lines.length < screen.rows || process.env['PAGER'] === '') {
    for (const line of lines) terminal.out(line)
    return
  }
  const { showInPager } = await import('./pager.js')
  await showInPager(lines, terminal)
}

/** A replacer for JSON: keeps the members of errors that JSON would lose, and leaves out values of sensitive keys. */
export function readable(key: string, value: unknown): unknown {
  if (value !== null && value !== undefined && isTellingKey(key)) return '[redacted]'
  if (typeof value === 'bigint') return String(value)
  if (!(value instanceof Error)) return value
  return { ...Object.fromEntries(Object.entries(value)), name: value.name, message: value.message, stack: value.stack }
}

/** The path of a route as requests have it: an engine accepts one without its slash. */
export function routePath(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}
