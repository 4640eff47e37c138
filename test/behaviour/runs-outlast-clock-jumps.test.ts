/** The wall clock is set while runs sleep and while workers have them. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { defineSignal, defineWorkflow, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import { deferred } from '../../src/std/async/deferred.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

const HOUR_MS = 3_600_000
const YEAR_MS = 365 * 24 * HOUR_MS

/** An engine with workers whose wall clock can be set; the monotonic clock goes on as before. */
async function jumpingEngine() {
  const engine = await workflowEngine()
  let offsetMs = 0
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its clock
  const before = VirtualClock.prototype.epochMs
  const spy = vi.spyOn(VirtualClock.prototype, 'epochMs').mockImplementation(function (this: VirtualClock) {
    return before.call(this) + offsetMs
  })
  onTestFinished(() => spy.mockRestore())
  return { engine, jump: (byMs: number) => void (offsetMs += byMs) }
}

test('a run that sleeps wakes by the wall clock, whichever way that is set', async () => {
  const { engine, jump } = await jumpingEngine()
  const woken: string[] = []
  const nap = defineWorkflow({ id: 'nap' }, async (flow, name: string) => {
    await flow.sleep('2h')
    woken.push(name)
  })
  const worker = await servingWorker(engine, [nap])
  await startWorkflow(worker, nap, 'set back')
  await engine.advance('1h')
  jump(-HOUR_MS)
  await engine.advance('119m')
  expect(woken).toEqual([])
  await engine.advance('3m')
  expect(woken).toEqual(['set back'])
  await startWorkflow(worker, nap, 'set forward')
  await engine.advance('1m')
  jump(YEAR_MS)
  await engine.advance('2m')
  expect(woken).toEqual(['set back', 'set forward'])
})

test.each([
  ['forward by a year', YEAR_MS],
  ['back by an hour', -HOUR_MS],
])('a worker keeps the run that it works on when the clock is set %s', async (_, byMs) => {
  const { engine, jump } = await jumpingEngine()
  const paid = defineSignal({ name: 'paid' })
  const log: string[] = []
  const work = defineWorkflow({ id: 'work' }, async (flow) => {
    const { promise, resolve } = deferred<string>()
    release = () => resolve('worked')
    const result = await flow.step('work', ({ attempt }) => {
      log.push(`attempt ${String(attempt)}`)
      return promise
    })
    const signal: unknown = await flow.waitFor(paid, { timeout: '10h' })
    return [result, signal]
  })
  let release = (): void => undefined
  const owner = await servingWorker(engine, [work])
  const run = await startWorkflow(owner, work, {})
  await engine.advance('20s')
  await servingWorker(engine, [work])
  jump(byMs)
  // Longer than leases, and than the sweeps of the other worker.
  await engine.advance('5m')
  expect(await run.status()).toMatchObject({ claims: 1, state: 'running' })
  release()
  await engine.advance('1s')
  expect((await run.status()).state).toBe('waiting')
  await run.signal(paid, 'yes')
  const result = run.result()
  await engine.advance('1m')
  expect(await result).toEqual(['worked', 'yes'])
  expect(log).toEqual(['attempt 1'])
})

test('a worker that is killed is replaced after its lease, also when the clock was set back meanwhile', async () => {
  const { engine, jump } = await jumpingEngine()
  const work = defineWorkflow({ id: 'work' }, (flow) =>
    flow.step('work', () => (isFirst ? new Promise<string>(() => undefined) : 'done by another')),
  )
  let isFirst = true
  const first = await servingWorker(engine, [work])
  const second = await servingWorker(engine, [work])
  const run = await startWorkflow(first, work, {})
  await engine.advance('1s')
  engine.killWorker(first)
  isFirst = false
  jump(-HOUR_MS)
  await engine.advance('3m')
  expect(await workflowRun(second, work, run.runId).status()).toMatchObject({ state: 'completed', claims: 2 })
})
