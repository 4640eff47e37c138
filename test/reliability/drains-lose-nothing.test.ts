import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { busyWorker, codesOf, type BusyWorker } from '../kit/busy-worker.js'
import type { Child } from '../kit/child.js'
import { socketRig } from '../kit/local-rig.js'

const ROUNDS = 100
const RUNNING = 200
/** Processes at a time. */
const AT_ONCE = 4
const LATE_ROUNDS = process.env['TIER'] === 'nightly' ? 100 : 16
/** Fewer where the end is timed. */
const LATE_AT_ONCE = 2
const GRACE_MS = 300
const SLACK_MS = 500

interface Over {
  readonly drained: number
  readonly abandoned: number
  readonly began: number
  readonly aborted: number
}

async function overOf(child: Child): Promise<Over> {
  const [, line = ''] = await child.says(/(\{"event":"over".*\})\n/)
  return JSON.parse(line) as Over
}

/** New work while the process drains: how each call ended. */
async function callUntilExit({ child, functionId, caller }: BusyWorker): Promise<string[]> {
  const endings: string[] = []
  while (child.process.exitCode === null) {
    endings.push(
      await caller.trigger({ function_id: functionId, payload: { n: 7 } }).then(
        () => 'answered',
        (error: unknown) => (error as { code: string }).code,
      ),
    )
    // eslint-disable-next-line local/real-time -- a load on processes
    await delay(10)
  }
  return endings
}

test(
  `${String(ROUNDS)} processes with ${String(RUNNING)} running handlers each end on SIGTERM without losing a result`,
  { timeout: 180_000 },
  async () => {
    const rig = await socketRig()
    const caller = await rig.addWorker({ invocationTimeoutMs: 20_000 })
    const seen: Record<string, number> = {}
    let slowestMs = 0
    const round = async (name: string): Promise<void> => {
      const work = { calls: RUNNING, drainTimeoutMs: 10_000, kind: 'finishing' } as const
      const begun = await busyWorker({ url: rig.engine.url, caller, name }, work)
      const signalledAt = performance.now()
      begun.child.process.kill('SIGTERM')
      const late = await callUntilExit(begun)
      slowestMs = Math.max(slowestMs, performance.now() - signalledAt)

      expect(await begun.child.exit(), name).toEqual({ code: 0, signal: null })
      const expected = Array.from({ length: RUNNING }, (_, n) => ({ status: 'fulfilled', value: { n, double: n * 2 } }))
      expect(await begun.results, name).toEqual(expected)
      const served = late.filter((ending) => ending === 'answered').length
      const over = await overOf(begun.child)
      // Late calls that were accepted were served, and rejected ones never ran.
      expect(over, name).toMatchObject({ began: RUNNING + served, drained: RUNNING + served, abandoned: 0, aborted: 0 })
      for (const ending of late) seen[ending] = (seen[ending] ?? 0) + 1
    }
    await inLanes(ROUNDS, AT_ONCE, (index) => round(`w${String(index)}`))

    console.info(
      `new calls during ${String(ROUNDS)} drains: ${JSON.stringify(seen)}; slowest exit ${slowestMs.toFixed(0)} ms`,
    )
    const { answered: _served, function_not_found: refused = 0, WORKER_BUSY: _busy, ...others } = seen
    expect(others).toEqual({})
    expect(refused).toBeGreaterThan(ROUNDS)
  },
)

test(
  `past the grace period ${String(RUNNING)} signals are aborted and the process ends within half a second, ${String(LATE_ROUNDS)} times`,
  { timeout: 300_000 },
  async () => {
    const rig = await socketRig()
    const caller = await rig.addWorker({ invocationTimeoutMs: 20_000 })
    let slowestMs = 0
    const round = async (name: string): Promise<void> => {
      const work = { calls: RUNNING, drainTimeoutMs: GRACE_MS, kind: 'endless' } as const
      const { child, results } = await busyWorker({ url: rig.engine.url, caller, name }, work)
      const signalledAt = performance.now()
      child.process.kill('SIGTERM')
      expect(await child.exit()).toEqual({ code: 0, signal: null })
      slowestMs = Math.max(slowestMs, performance.now() - signalledAt)

      const all = { drained: 0, abandoned: RUNNING, began: RUNNING, aborted: RUNNING }
      expect(await overOf(child), name).toMatchObject(all)
      expect(codesOf(await results), name).toEqual({ invocation_stopped: RUNNING })
    }
    await inLanes(LATE_ROUNDS, LATE_AT_ONCE, (index) => round(`w${String(index)}`))
    console.info(`slowest exit with a grace period of ${String(GRACE_MS)} ms: ${slowestMs.toFixed(0)} ms`)
    expect(slowestMs).toBeLessThanOrEqual(GRACE_MS + SLACK_MS)
  },
)

async function inLanes(count: number, lanes: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
