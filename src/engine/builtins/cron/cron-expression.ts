/**
 * Parses cron expressions of the distributed engine: `sec min hour day-of-month month day-of-week [year]`, weekdays
 * from 1 = Sunday, both day fields must match, UTC. Fields are expanded to plain numbers, and croner only computes
 * dates. So syntax that only croner accepts (`L`, `W`, `#`, five fields) is refused here and cannot fail later on the
 * distributed engine.
 */
import { Cron } from 'croner'
import { describe } from '../../../std/text/describe.js'

/** When a trigger is due. */
export interface CronSchedule {
  /** The first due time after `afterMs`, both in milliseconds since 1970; `undefined` if there is none. */
  next(afterMs: number): number | undefined
}

interface FieldRule {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Names of values, from `min` up; in full or as three letters, in any case. */
  readonly words?: readonly string[]
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')

const FIELDS: readonly FieldRule[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: MONTHS },
  { name: 'day of week', min: 1, max: 7, words: WEEKDAYS },
  { name: 'year', min: 1970, max: 2100 },
]

const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 0 1 1 *'],
  ['@monthly', '0 0 0 1 * *'],
  ['@weekly', '0 0 0 * * 1'],
  ['@daily', '0 0 0 * * *'],
  ['@hourly', '0 0 * * * *'],
])

/** Maximum length of an expression. */
const MAX_CHARACTERS = 1_000

/**
 * Parses an expression.
 * @throws {Error} describing the invalid part.
 */
export function parseCronExpression(expression: unknown): CronSchedule {
  if (expression === undefined || expression === null || expression === '')
    throw new Error('Cron expression is required')
  if (typeof expression !== 'string') throw new Error(`Cron expression must be a string, got ${describe(expression)}`)
  if (expression.length > MAX_CHARACTERS) throw new Error(`Cron expression is longer than ${MAX_CHARACTERS} characters`)
  try {
    return scheduleOf(spellOut(expression))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`Invalid cron expression '${expression}': ${reason}`, { cause: error })
  }
}

function scheduleOf(pattern: string): CronSchedule {
  cronOf(pattern)
  // Created for each date: croner keeps a table of ten thousand years, and many triggers would not fit into memory.
  return { next: (afterMs) => cronOf(pattern).nextRun(new Date(afterMs))?.getTime() }
}

/** @throws {Error} when croner rejects the pattern. */
function cronOf(pattern: string): Cron {
  return new Cron(pattern, {
    mode: '6-or-7-parts',
    // croner counts weekdays from 0 = Sunday by default; this option makes it 1.
    alternativeWeekdays: true,
    domAndDow: true,
    utcOffset: 0,
  })
}

function spellOut(expression: string): string {
  const text = expression.trim()
  const parts = (SHORTHANDS.get(text) ?? text).split(/\s+/)
  if (parts.length < 6 || parts.length > 7) {
    const count = text === '' ? 0 : parts.length
    throw new Error(`six or seven fields are needed (sec min hour day month weekday [year]), got ${count}`)
  }
  return parts
    .map((part, index) => {
      const rule = FIELDS[index]
      return rule === undefined ? part : spellOutField(rule, part)
    })
    .join(' ')
}

function spellOutField(rule: FieldRule, part: string): string {
  return part
    .split(',')
    .map((item) => spellOutItem(rule, item))
    .join(',')
}

function spellOutItem(rule: FieldRule, item: string): string {
  const [range = '', stepText, ...more] = item.split('/')
  const [from, to] = boundsOf(rule, range, stepText !== undefined)
  if (from > to) throw new Error(`${rule.name} '${item}' ends before it starts`)
  if (stepText === undefined) return range === '*' || range === '?' ? '*' : `${from}-${to}`
  const step = numberIn(stepText)
  if (more.length > 0 || step === undefined || step < 1) throw new Error(`${rule.name} '${item}' has no valid step`)
  // croner refuses steps beyond the field. Only the first value of such a range remains.
  return step > to - from ? String(from) : `${from}-${to}/${step}`
}

function boundsOf(rule: FieldRule, range: string, stepped: boolean): readonly [from: number, to: number] {
  const dayField = rule.name.startsWith('day')
  if (range === '*' || (range === '?' && dayField)) return [rule.min, rule.max]
  const [fromText = '', toText, ...more] = range.split('-')
  if (more.length > 0) throw new Error(`${rule.name} '${range}' is not a range`)
  const from = valueIn(rule, fromText)
  if (toText !== undefined) return [from, valueIn(rule, toText)]
  // `5/15` means: from 5 on, every 15th.
  return [from, stepped ? rule.max : from]
}

function valueIn(rule: FieldRule, text: string): number {
  const value = numberIn(text) ?? wordIn(rule, text.toLowerCase())
  if (value === undefined || value < rule.min || value > rule.max) {
    throw new Error(`${rule.name} must be from ${rule.min} to ${rule.max}, got ${describe(text)}`)
  }
  return value
}

function wordIn({ words = [], min }: FieldRule, text: string): number | undefined {
  const index = words.findIndex((word) => word === text || word.slice(0, 3) === text)
  return index < 0 ? undefined : min + index
}

function numberIn(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined
}
