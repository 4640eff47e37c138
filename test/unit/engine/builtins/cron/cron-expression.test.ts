import { afterEach, expect, test } from 'vitest'
import { parseCronExpression } from '../../../../../src/engine/builtins/cron/cron-expression.js'
import { randomCron } from '../../../../kit/cron-model.js'
import { forEachSeed, seeds } from '../../../../kit/seeds.js'
import { seededRandom } from '../../../../kit/seeded-random.js'

const originalZone = process.env['TZ']
afterEach(() => {
  if (originalZone === undefined) delete process.env['TZ']
  else process.env['TZ'] = originalZone
})

const DAY_MS = 86_400_000
const nextAfter = (expression: string, after: string): string | undefined => {
  const next = parseCronExpression(expression).next(Date.parse(after))
  return next === undefined ? undefined : new Date(next).toISOString()
}

// 2026-01-04 is a Sunday.
test.each([
  ['1', '2026-01-04'],
  ['2', '2026-01-05'],
  ['6', '2026-01-02'],
  ['7', '2026-01-03'],
  ['Sun', '2026-01-04'],
  ['SATURDAY', '2026-01-03'],
  ['mon-fri', '2026-01-01'],
])('weekday %s counts from 1 = Sunday', (weekday, day) => {
  expect(nextAfter(`0 30 4 * * ${weekday}`, '2026-01-01T00:00:00Z')).toBe(`${day}T04:30:00.000Z`)
})

test.each([
  ['@hourly', '2026-03-08T08:00:00.000Z'],
  ['@daily', '2026-03-09T00:00:00.000Z'],
  ['@weekly', '2026-03-15T00:00:00.000Z'],
  ['@monthly', '2026-04-01T00:00:00.000Z'],
  ['@yearly', '2027-01-01T00:00:00.000Z'],
])('%s stands for the start of its period', (expression, next) => {
  expect(nextAfter(expression, '2026-03-08T07:59:59.999Z')).toBe(next)
})

test('a due time is not its own successor', () => {
  expect(nextAfter('* * * * * *', '2026-01-01T00:00:05Z')).toBe('2026-01-01T00:00:06.000Z')
  expect(nextAfter('* * * * * *', '2026-01-01T00:00:05.001Z')).toBe('2026-01-01T00:00:06.000Z')
})

test('day of month and day of week must both match', () => {
  expect(nextAfter('0 0 0 13 * FRI', '2026-01-01T00:00:00Z')).toBe('2026-02-13T00:00:00.000Z')
})

test('a seventh field limits the years, and a schedule can end', () => {
  expect(nextAfter('0 0 0 1 1 * 2028', '2026-01-01T00:00:00Z')).toBe('2028-01-01T00:00:00.000Z')
  expect(nextAfter('0 0 0 1 1 * 2025', '2026-01-01T00:00:00Z')).toBeUndefined()
  expect(nextAfter('0 0 0 30 2 *', '2026-01-01T00:00:00Z')).toBeUndefined()
})

test.each([undefined, null, ''])('a missing expression (%s) is reported as required', (expression) => {
  expect(() => parseCronExpression(expression)).toThrow('Cron expression is required')
})

test.each([
  ['* * * * *', 'six or seven fields are needed'],
  ['   ', 'got 0'],
  ['* * * * * * * *', 'got 8'],
  ['61 * * * * *', 'second must be from 0 to 59, got the string "61"'],
  ['0 0 24 * * *', 'hour must be from 0 to 23'],
  ['0 0 0 0 * *', 'day of month must be from 1 to 31'],
  ['0 0 0 * 13 *', 'month must be from 1 to 12'],
  ['0 0 0 * * 0', 'day of week must be from 1 to 7'],
  ['0 0 0 * * 8', 'day of week must be from 1 to 7'],
  ['0 0 0 * * 6-2', 'ends before it starts'],
  ['0 0 0 * * 1-2-3', 'is not a range'],
  ['*/0 * * * * *', 'has no valid step'],
  ['*/2/3 * * * * *', 'has no valid step'],
  ['1,,2 * * * * *', 'second must be from 0 to 59, got an empty string'],
  ['0 0 0 L * *', 'day of month must be'],
  ['0 0 0 15W * *', 'day of month must be'],
  ['0 0 0 * * 2#1', 'day of week must be'],
  ['? * * * * *', 'second must be'],
  ['0 0 0 1 1 * 99999', 'year must be from 1970 to 2100'],
  ['2026-01-05T00:00:00', 'six or seven fields are needed'],
  ['@reboot', 'six or seven fields are needed'],
  ['-1 * * * * *', 'second must be'],
])('%s is refused: %s', (expression, reason) => {
  expect(() => parseCronExpression(expression)).toThrow(`Invalid cron expression '${expression}': `)
  expect(() => parseCronExpression(expression)).toThrow(reason)
})

test('an expression of the wrong kind or length is refused', () => {
  expect(() => parseCronExpression(7)).toThrow('must be a string, got 7')
  expect(() => parseCronExpression('0,'.repeat(600))).toThrow('longer than 1000 characters')
})

// Zones whose clocks change at different dates, by different amounts, and one far ahead of UTC.
const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'America/St_Johns',
]
// The days around which these zones change their clocks, and the turn of a year.
const STARTS = [
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
  '2026-12-31',
  '2028-02-28',
]

test('random expressions are due at the times a brute-force search finds, in any time zone', async () => {
  const offsets = new Set<number>()
  let compared = 0
  await forEachSeed((seed) => {
    const random = seededRandom(seed)
    process.env['TZ'] = random.pick(ZONES)
    offsets.add(new Date(Date.UTC(2026, 6, 1)).getTimezoneOffset())
    const model = randomCron(random)
    const startMs = Date.parse(random.pick(STARTS)) - DAY_MS + random.below(2 * DAY_MS)
    const untilMs = startMs + 500 * DAY_MS
    const expected = model.runs(startMs, untilMs, 25)
    const schedule = parseCronExpression(model.expression)
    const actual: number[] = []
    for (let at = schedule.next(startMs); at !== undefined && at <= untilMs; at = schedule.next(at)) {
      actual.push(at)
      if (actual.length === 25) break
    }
    compared += expected.length
    expect({ expression: model.expression, runs: actual }).toEqual({ expression: model.expression, runs: expected })
  })
  // Neither idle zones nor empty schedules may make this pass.
  expect(offsets.size).toBeGreaterThan(3)
  expect(compared).toBeGreaterThan(seeds.length * 10)
}, 120_000)
