import { expect, test } from 'vitest'
import { busyWorker, codesOf } from '../kit/busy-worker.js'
import { socketRig, type SocketRig } from '../kit/local-rig.js'
import type { III } from '../../src/index.js'

const ROUNDS = process.env['TIER'] === 'nightly' ? 25 : 3
const RUNNING = 200
const NAME = 'orders'
/** Time limits of the calls and of the drain. No test here may reach them. */
const CALL_LIMIT_MS = 30_000
const DRAIN_LIMIT_MS = 60_000
const AT_ONCE_MS = 5_000

/** The release that takes over: it stands by when this resolves, and serves as soon as the function is free. */
async function successor(rig: SocketRig): Promise<{ worker: III; isReady: () => boolean }> {
  const worker = await rig.addWorker({ workerName: `${NAME}-next`, onConflict: 'wait' })
  let isReady = false
  worker.registerFunction(`${NAME}::work`, ({ n }: { n: number }) => ({ n, by: 'successor' }))
  await worker.ready({ standby: true })
  expect(worker.health().waitingNames).toEqual([`${NAME}::work`])
  worker.ready({ timeoutMs: CALL_LIMIT_MS }).then(
    () => (isReady = true),
    () => undefined,
  )
  return { worker, isReady: () => isReady }
}

/** Whether the successor answers. */
async function isServed(caller: III): Promise<boolean> {
  const answer = caller.trigger({ function_id: `${NAME}::work`, payload: { n: 1 }, timeoutMs: AT_ONCE_MS })
  return answer.then(
    (result: { by?: string }) => result.by === 'successor',
    () => false,
  )
}

test(
  `a draining worker that is killed, ${String(ROUNDS)} times: its ${String(RUNNING)} callers get errors at once, and its function is free since its drain began`,
  { timeout: 300_000 },
  async () => {
    const rig = await socketRig()
    const caller = await rig.addWorker({ invocationTimeoutMs: CALL_LIMIT_MS })
    let slowestMs = 0
    for (let round = 0; round < ROUNDS; round++) {
      const work = { calls: RUNNING, drainTimeoutMs: DRAIN_LIMIT_MS, kind: 'endless' } as const
      const { child, results } = await busyWorker({ url: rig.engine.url, caller, name: NAME }, work)
      const next = await successor(rig)
      child.process.kill('SIGTERM')
      // The successor serves while the handlers of the one before still run.
      await expect.poll(next.isReady, { timeout: AT_ONCE_MS }).toBe(true)
      expect([child.process.exitCode, await isServed(caller)]).toEqual([null, true])
      expect(rig.engine.stats().pendingCalls).toBe(RUNNING)

      const killedAt = performance.now()
      expect(await child.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
      expect(codesOf(await results)).toEqual({ invocation_stopped: RUNNING })
      slowestMs = Math.max(slowestMs, performance.now() - killedAt)
      expect(await isServed(caller)).toBe(true)
      await next.worker.shutdown()
    }
    show('draining', slowestMs)
    expect(slowestMs).toBeLessThan(AT_ONCE_MS)
  },
)

test(
  `a blocked worker that is killed, ${String(ROUNDS)} times: its callers get errors, and the successor serves`,
  { timeout: 300_000 },
  async () => {
    const rig = await socketRig()
    const caller = await rig.addWorker({ invocationTimeoutMs: CALL_LIMIT_MS })
    let slowestMs = 0
    for (let round = 0; round < ROUNDS; round++) {
      const work = { calls: RUNNING, drainTimeoutMs: DRAIN_LIMIT_MS, kind: 'stuck' } as const
      const { child, results } = await busyWorker({ url: rig.engine.url, caller, name: NAME }, work)
      const next = await successor(rig)
      child.process.kill('SIGTERM')
      // The blocked worker does not handle the signal, so it still owns the function.
      await caller.trigger({ function_id: 'engine::functions::list', payload: {} })
      expect([child.process.exitCode, next.isReady()]).toEqual([null, false])

      const killedAt = performance.now()
      expect(await child.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
      expect(codesOf(await results)).toEqual({ invocation_stopped: RUNNING })
      await expect.poll(() => isServed(caller), { timeout: AT_ONCE_MS }).toBe(true)
      slowestMs = Math.max(slowestMs, performance.now() - killedAt)
      await next.worker.shutdown()
    }
    show('stuck', slowestMs)
    expect(slowestMs).toBeLessThan(AT_ONCE_MS)
  },
)

function show(what: string, slowestMs: number): void {
  if (process.env['SHOW_FIGURES'] === undefined) return
  process.stdout.write(
    `${what} worker killed: all callers answered, successor serves after ${slowestMs.toFixed(0)} ms\n`,
  )
}
