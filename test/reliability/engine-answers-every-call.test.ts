import { expect, test } from 'vitest'
import { cliEngine } from '../kit/cli.js'
import { callLoad, echoServer, type AnswerTimes, type Tally } from '../kit/load.js'

const nightly = process.env['TIER'] === 'nightly'
const CALLS = nightly ? 1_000_000 : 200_000
const IN_FLIGHT = [64, 256, 512, 1024]
const FUNCTIONS = ['one', 'two', 'three']

/** Four callers at once, each to all three servers. */
async function load(calls: number, times?: AnswerTimes): Promise<Tally[]> {
  const { url } = await cliEngine()
  for (const id of FUNCTIONS) await echoServer(url, id, times)
  const each = calls / IN_FLIGHT.length
  return Promise.all(IN_FLIGHT.map((inFlight) => callLoad(url, { calls: each, inFlight, functionIds: FUNCTIONS })))
}

const whole = (calls: number): object => IN_FLIGHT.map(() => ({ calls, once: calls, never: 0, again: 0, foreign: 0 }))

test(
  `each of ${String(CALLS)} calls of four callers to three workers is answered exactly once`,
  { timeout: 600_000 },
  async () => {
    const started = performance.now()
    const tallies = await load(CALLS)
    console.info(`${String(CALLS)} calls in ${String(Math.round(performance.now() - started))} ms`)
    expect(tallies).toEqual(whole(CALLS / IN_FLIGHT.length))
  },
)

test('the second result of a call is dropped', { timeout: 60_000 }, async () => {
  expect(await load(8000, () => 2)).toEqual(whole(2000))
})

test('the count detects a single missing result', { timeout: 60_000 }, async () => {
  const tallies = await load(8000, (n) => (n === 1000 ? 0 : 1))
  expect(tallies.reduce((sum, { never }) => sum + never, 0)).toBe(FUNCTIONS.length)
  expect(tallies.reduce((sum, { once }) => sum + once, 0)).toBe(8000 - FUNCTIONS.length)
})
