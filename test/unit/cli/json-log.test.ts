import { expect, test } from 'vitest'
import { jsonLog, LOG_LEVELS } from '../../../src/cli/json-log.js'

function lines(least: (typeof LOG_LEVELS)[number], use: (log: ReturnType<typeof jsonLog>) => void): unknown[] {
  const written: string[] = []
  use(
    jsonLog(
      least,
      (line) => written.push(line),
      () => 0,
    ),
  )
  return written.map((line) => JSON.parse(line) as unknown)
}

test('a record is one line with time, level, message and its fields', () => {
  expect(lines('debug', (log) => log.info({ workerId: 'w', bytes: 3n }, 'A worker came'))).toEqual([
    { time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'A worker came', workerId: 'w', bytes: '3' },
  ])
})

test.each(LOG_LEVELS)('the level %s leaves out what is below it', (least) => {
  const seen = lines(least, (log) => {
    for (const level of LOG_LEVELS) log[level]({}, level)
  })
  expect(seen.map((line) => (line as { level: string }).level)).toEqual(LOG_LEVELS.slice(LOG_LEVELS.indexOf(least)))
})

test('an error keeps its message, code and stack', () => {
  const error = Object.assign(new TypeError('broken'), { code: 'E1' })
  expect(lines('warn', (log) => log.error({ error }, 'It broke'))).toMatchObject([
    {
      error: { name: 'TypeError', message: 'broken', code: 'E1', stack: expect.stringContaining('broken') as unknown },
    },
  ])
})
