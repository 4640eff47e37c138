import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { defineWorkflow, serveWorkflow, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import { runCli } from '../kit/compiled-project.js'
import { freePort } from '../kit/order-stage.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import type { Child } from '../kit/child.js'

const nightly = process.env['TIER'] === 'nightly'
const LOAD = nightly ? { sleeping: 100_000, due: 500, delayMs: 60_000 } : { sleeping: 300, due: 50, delayMs: 3_000 }
const IN_FLIGHT = 64
/** The sweep is the last to find a run; the rest is for a busy machine. */
const MAX_LATE_MS = nightly ? 120_000 : 30_000
const START_LIMIT_MS = 120_000

const rssMb = ({ process: { pid } }: Child): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024

test(
  `${String(LOAD.sleeping)} runs sleep on a durable engine that is killed, and those that are due wake at their time`,
  { timeout: nightly ? 3_600_000 : 120_000 },
  async () => {
    const [folder, port] = [await temporaryFolder(), String(await freePort())]
    const ports = ['--port', port, '--http-port', '0', '--stream-port', '0', '--no-console']
    const start = async (): Promise<Child> => {
      const child = runCli(['engine', ...ports, '--data', folder])
      await child.says(/Press Ctrl-C to stop/, START_LIMIT_MS)
      return child
    }
    const engine = await start()
    const url = `ws://127.0.0.1:${port}`
    const worker = registerWorker(url, { otel: { enabled: false }, diagnostics: 'silent' })
    onTestFinished(() => worker.shutdown())
    const lateMs: number[] = []
    const nap = defineWorkflow({ id: 'nap' }, async (flow, until: number) => {
      await flow.sleep(new Date(until))
      lateMs.push(Date.now() - until)
    })
    const served = serveWorkflow(worker, nap, { requestsInFlight: IN_FLIGHT, concurrency: 200 })
    await worker.ready()
    const emptyMb = rssMb(engine)
    const begin = async (count: number, until: number, name: string): Promise<void> => {
      let next = 0
      const lane = async (): Promise<void> => {
        while (next < count) await startWorkflow(worker, nap, until, { runId: `${name}-${String(next++)}` })
      }
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
    }
    const stateOf = async (n: number): Promise<string> =>
      (await workflowRun(worker, nap, `long-${String(n)}`).status()).state

    const begunAt = performance.now()
    await begin(LOAD.sleeping, Date.now() + 86_400_000, 'long')
    // Those that were started last are taken last, except for the order in which a sweep takes a slot.
    for (let n = 0; n < LOAD.sleeping; n += nightly ? 100 : 1)
      // eslint-disable-next-line local/real-time -- engine and worker are processes
      while ((await stateOf(n)) !== 'waiting') await pause(50)
    const asleepMs = performance.now() - begunAt
    expect(served.active).toBeLessThanOrEqual(200)
    const bytesPerRun = ((rssMb(engine) - emptyMb) * 1024 * 1024) / LOAD.sleeping

    await begin(LOAD.due, Date.now() + LOAD.delayMs, 'short')
    await engine.stop('SIGKILL')
    const killedAt = performance.now()
    await start()
    const restartMs = performance.now() - killedAt
    // eslint-disable-next-line local/real-time -- as above
    while (lateMs.length < LOAD.due) await pause(50)
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...lateMs)).toBeLessThan(MAX_LATE_MS)
    expect(await stateOf(LOAD.sleeping - 1)).toBe('waiting')
    console.info(
      `${String(LOAD.sleeping)} runs asleep after ${(asleepMs / 1000).toFixed(1)} s, ${bytesPerRun.toFixed(0)} B of the engine each; restart ${restartMs.toFixed(0)} ms; late ${Math.max(...lateMs).toFixed(0)} ms at most`,
    )
  },
)
