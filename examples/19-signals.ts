/**
 * Drains a worker on SIGTERM and SIGINT: it accepts no new calls, finishes running handlers, sends their results, and lets
 * the process exit.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { installSignalHandlers, registerWorker } from 'iii-node'

const worker = registerWorker(undefined, { workerName: 'reports' })
worker.registerFunction('report', () => wait(100, 'written'))
const done = new Promise<void>((resolve) => {
  installSignalHandlers(worker, {
    drainTimeoutMs: 5_000,
    onShutdown: ({ drained, abandoned }) => {
      console.log(`drained: ${String(drained)}, abandoned: ${String(abandoned)}`)
      resolve()
    },
  })
})
const caller = registerWorker(undefined, { workerName: 'caller' })
await Promise.all([worker.ready(), caller.ready()])

const report = caller.trigger({ function_id: 'report', payload: {} })
while (worker.stats().runningInvocations === 0) await wait(5)

console.log('SIGTERM, as an orchestrator sends it')
process.kill(process.pid, 'SIGTERM')
console.log('report:', await report)
await done
console.log('state of the worker:', worker.getConnectionState())

await caller.shutdownAsync()
