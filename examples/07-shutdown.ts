/**
 * Shutting down: `shutdownAsync` takes no new work, lets running handlers finish within a limit, then ends the client.
 * In a real process `installSignalHandlers(worker)` does this on SIGTERM and Ctrl-C.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine()
const worker = registerWorker(engine.url, { workerName: 'worker' })
worker.registerFunction('report', async ({ ms }: { ms: number }) => {
  await wait(ms, undefined, { ref: false })
  return `done after ${String(ms)} ms`
})
await worker.ready()

const running = engine.call('report', { ms: 200 })
const tooLong = engine.call('report', { ms: 60_000 }).catch((error: unknown) => error)
while (worker.stats().runningInvocations < 2) await wait(5)

console.log('running handlers:', worker.stats().runningInvocations)
const ending = worker.shutdownAsync({ drainTimeoutMs: 500 })
console.log('finished in time:', await running)
const { drained, abandoned } = await ending
console.log(`drained ${String(drained)}, abandoned ${String(abandoned)}`)
console.log('the other caller hears:', ((await tooLong) as { code: string }).code)

await engine.close()
