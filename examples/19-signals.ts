/**
 * Signals: an orchestrator sends SIGTERM, and the worker drains: it takes no new work, finishes what runs, sends the
 * results, and lets the process end by itself.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { installSignalHandlers, registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine()
const worker = registerWorker(engine.url, { workerName: 'worker' })
worker.registerFunction('report', async () => {
  await wait(100)
  return 'written'
})

const over = new Promise<void>((resolve) => {
  installSignalHandlers(worker, {
    drainTimeoutMs: 5_000,
    onShutdown: ({ drained, abandoned }) => {
      console.log(`drained ${String(drained)}, abandoned ${String(abandoned)}`)
      resolve()
    },
  })
})
await worker.ready()

const report = engine.call('report')
while (worker.stats().runningInvocations === 0) await wait(5)

console.log('SIGTERM while a report is written')
process.kill(process.pid, 'SIGTERM')
console.log('the report:', await report)
await over
console.log('state:', worker.getConnectionState())

await engine.close()
