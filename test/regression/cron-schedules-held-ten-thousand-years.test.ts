import { expect, test } from 'vitest'
import { parseCronExpression } from '../../src/engine/builtins/cron/cron-expression.js'
import { heapBytes } from '../kit/process-watch.js'

/** A tenth of what one took when each kept a table of ten thousand years. */
const BOUND_BYTES = 8_000

test('as many schedules as triggers are allowed fit into memory', async () => {
  const count = 1_000
  const before = await heapBytes()
  const schedules = Array.from({ length: count }, (_, index) => parseCronExpression(`${index % 60} 0 3 * * *`))
  const grown = (await heapBytes()) - before

  expect(new Date(schedules.at(-1)?.next(0) ?? 0).toISOString()).toBe('1970-01-01T03:00:39.000Z')
  expect(grown / count).toBeLessThan(BOUND_BYTES)
})
