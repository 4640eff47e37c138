/** Results that overtake the record of their call, on an engine that sends calls before it records them. */
import { expect, onTestFinished, test } from 'vitest'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../src/engine/engine.js'
import type { EngineQuirks } from '../../src/engine/quirks.js'
import { quietWorker } from '../kit/quiet-worker.js'

const isNightly = process.env['TIER'] === 'nightly'
const CALLS = isNightly ? 1_000_000 : 5_000
const IN_FLIGHT = 32
/** Share of calls that are recorded late; some 45 of a million on the engine itself. */
const LATE_EVERY = isNightly ? 100 : 20

/** The engine without the hand that a test engine has on every link, which would take most of the time. */
async function engineWith(quirks: EngineQuirks): Promise<LocalEngine> {
  const workers = [{ name: 'iii-worker-manager', config: { host: '127.0.0.1', port: 0 } }]
  const engine = await startEngine(engineConfigOf({ workers }), { quirks })
  onTestFinished(() => engine.close())
  return engine
}

interface Tally {
  answered: number
  wrong: number
  failed: number
}

/** Keeps calls in flight until all are made. */
async function callAll(call: (n: number) => Promise<unknown>, calls: number): Promise<Tally> {
  const tally: Tally = { answered: 0, wrong: 0, failed: 0 }
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < calls) {
      const n = next++
      await call(n).then(
        (answer) => (answer === n ? tally.answered++ : tally.wrong++),
        () => tally.failed++,
      )
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  return tally
}

test(
  `${CALLS} calls are answered, although every ${LATE_EVERY}th is recorded late`,
  { timeout: isNightly ? 900_000 : 10_000 },
  async () => {
    const engine = await engineWith({ lateNotes: { every: LATE_EVERY, delayMs: 2 } })
    const callee = quietWorker(engine.url, { workerName: 'callee' })
    callee.registerFunction('echo', ({ n }: { n: number }) => n)
    const caller = quietWorker(engine.url, { workerName: 'caller' })
    await Promise.all([callee.ready(), caller.ready()])
    const tally = await callAll((n) => caller.trigger({ function_id: 'echo', payload: { n } }), CALLS)
    expect(tally).toEqual({ answered: CALLS, wrong: 0, failed: 0 })
    expect(callee.stats()).toMatchObject({ unrepeatedResults: 0, droppedResults: 0 })
    // One second answer for each call, or the first for one that was recorded late.
    await expect.poll(() => engine.stats().lateResults, { timeout: 5_000 }).toBeGreaterThanOrEqual(CALLS * 0.9)
    expect(caller.stats().lateResults).toBe(0)
  },
)

test('without repeats, calls recorded late are lost', async () => {
  const engine = await engineWith({ lateNotes: { every: 20, delayMs: 50 } })
  const callee = quietWorker(engine.url, { workerName: 'callee', workarounds: { repeatAnswers: false } })
  callee.registerFunction('echo', ({ n }: { n: number }) => n)
  const caller = quietWorker(engine.url, { workerName: 'caller', invocationTimeoutMs: 200 })
  await Promise.all([callee.ready(), caller.ready()])
  const { answered, failed } = await callAll((n) => caller.trigger({ function_id: 'echo', payload: { n } }), 1_000)
  expect(failed).toBeGreaterThanOrEqual(40)
  expect(answered + failed).toBe(1_000)
})
