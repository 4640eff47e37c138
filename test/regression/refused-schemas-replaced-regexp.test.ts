import { expect, test } from 'vitest'
import { compileSchema, loadSchemaTools, withinTime } from '../../src/std/json/value-schema.js'

const levels = Array.from({ length: 40 }, (_, level) => {
  const next = { $ref: `#/definitions/level${String(level + 1)}` }
  return [`level${String(level)}`, { anyOf: [next, next] }] as const
})

test('a schema that is ended at its time limit leaves the process its own `RegExp`', async () => {
  const own = RegExp
  const definitions = { ...Object.fromEntries(levels), level40: { type: 'number' } }
  const tools = await loadSchemaTools()
  expect(() => compileSchema(tools, { definitions, $ref: '#/definitions/level0' })).toThrow('it takes longer than')
  expect(RegExp).toBe(own)
  expect('a1'.replace(new RegExp('[0-9]'), '')).toBe('a')
})

/** Long enough that the other threads of the process do not use half of it. */
const LIMIT_MS = 150

test('work that got little processor time is tried again; work that used its time is not', () => {
  const idle = new Int32Array(new SharedArrayBuffer(4))
  let runs = 0
  const heldUpTwice = (): number => {
    runs += 1
    // eslint-disable-next-line local/real-time -- time without the processor is what is measured
    if (runs < 3) Atomics.wait(idle, 0, 0, 300)
    return runs
  }
  expect(withinTime(LIMIT_MS, heldUpTwice)).toBe(3)

  let busyRuns = 0
  const busy = (): void => {
    busyRuns += 1
    for (;;) if (busyRuns < 0) return
  }
  expect(() => withinTime(LIMIT_MS, busy)).toThrow('it takes longer than 150 ms')
  expect(busyRuns).toBeLessThanOrEqual(2)
})
