/**
 * A reference model of cron expressions by brute force. Every field is a set of allowed values, and the next run is
 * found by testing each day, then each second of a matching day. Slow, but easy to verify.
 */
import type { SeededRandom } from './seeded-random.js'

const RANGES = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [1, 7],
] as const
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const DAY_MS = 86_400_000

export interface CronModel {
  readonly expression: string
  /** Due times after `afterMs`, up to `count` of them, none later than `untilMs`. */
  runs(afterMs: number, untilMs: number, count: number): number[]
}

interface GeneratedField {
  readonly text: string
  readonly values: ReadonlySet<number>
}

/** A random expression with its meaning. */
export function randomCron(random: SeededRandom): CronModel {
  const fields = RANGES.map((range, index) => randomField(random, range, index))
  const year = random.below(6) === 0 ? { text: '2026-2027', values: new Set([2026, 2027]) } : undefined
  const text = [...fields, ...(year === undefined ? [] : [year])].map((field) => field.text).join(' ')
  return cronModel(
    text,
    fields.map((field) => field.values),
    year?.values,
  )
}

export function cronModel(
  expression: string,
  [seconds, minutes, hours, days, months, weekdays]: readonly ReadonlySet<number>[],
  years?: ReadonlySet<number>,
): CronModel {
  const dayMatches = (date: Date): boolean =>
    days!.has(date.getUTCDate()) &&
    months!.has(date.getUTCMonth() + 1) &&
    weekdays!.has(date.getUTCDay() + 1) &&
    (years?.has(date.getUTCFullYear()) ?? true)
  return {
    expression,
    runs(afterMs, untilMs, count) {
      const found: number[] = []
      const firstDay = Math.floor(afterMs / DAY_MS) * DAY_MS
      for (let day = firstDay; day <= untilMs; day += DAY_MS) {
        if (!dayMatches(new Date(day))) continue
        for (let second = 0; second < 86_400; second++) {
          const at = day + second * 1000
          if (!hours!.has(Math.floor(second / 3600))) continue
          if (!minutes!.has(Math.floor(second / 60) % 60) || !seconds!.has(second % 60)) continue
          if (at <= afterMs || at > untilMs) continue
          found.push(at)
          if (found.length === count) return found
        }
      }
      return found
    },
  }
}

function randomField(random: SeededRandom, [min, max]: readonly [number, number], index: number): GeneratedField {
  // Half the fields are open, else most expressions would never be due.
  if (random.below(2) === 0) return { text: '*', values: span(min, max, 1) }
  const items = Array.from({ length: 1 + random.below(3) }, () => randomItem(random, [min, max], index))
  return {
    text: items.map((item) => item.text).join(','),
    values: new Set(items.flatMap((item) => [...item.values])),
  }
}

function randomItem(random: SeededRandom, [min, max]: readonly [number, number], index: number): GeneratedField {
  const low = min + random.below(max - min + 1)
  const high = low + random.below(max - low + 1)
  const step = 1 + random.below(max - min + 3)
  switch (random.below(5)) {
    case 0:
      return { text: `${named(random, low, index)}-${named(random, high, index)}`, values: span(low, high, 1) }
    case 1:
      return { text: `${String(low)}-${String(high)}/${String(step)}`, values: span(low, high, step) }
    case 2:
      return { text: `*/${String(step)}`, values: span(min, max, step) }
    case 3:
      return { text: `${String(low)}/${String(step)}`, values: span(low, max, step) }
    default:
      return { text: named(random, low, index), values: new Set([low]) }
  }
}

function named(random: SeededRandom, value: number, index: number): string {
  const names = index === 4 ? MONTHS : index === 5 ? WEEKDAYS : undefined
  const name = names?.[value - 1]
  return name === undefined || random.below(2) === 0 ? String(value) : random.pick([name, name.toLowerCase()])
}

function span(from: number, to: number, step: number): ReadonlySet<number> {
  const values = new Set<number>()
  for (let value = from; value <= to; value += step) values.add(value)
  return values
}
