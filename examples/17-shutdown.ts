/**
 * Shuts a worker down with a time limit: running handlers finish, those that exceed the limit are abandoned, and their
 * callers receive an error.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { InvocationError, registerWorker } from 'iii-node'

const worker = registerWorker(undefined, { workerName: 'reports' })
worker.registerFunction('report', async ({ ms }: { ms: number }) => {
  await wait(ms, undefined, { ref: false })
  return `finished after ${String(ms)} ms`
})
const caller = registerWorker(undefined, { workerName: 'caller' })
await Promise.all([worker.ready(), caller.ready()])

const short = caller.trigger({ function_id: 'report', payload: { ms: 200 } })
const long = caller.trigger({ function_id: 'report', payload: { ms: 60_000 } }).catch((error: unknown) => error)
while (worker.stats().runningInvocations < 2) await wait(5)

const shutdown = worker.shutdownAsync({ drainTimeoutMs: 500 }) // accepts no new calls from here on
console.log('short call:', await short)
const { drained, abandoned } = await shutdown
console.log(`drained: ${String(drained)}, abandoned: ${String(abandoned)}`)
const error: unknown = await long
console.log('long call:', error instanceof InvocationError ? error.code : error)

await caller.shutdownAsync()
