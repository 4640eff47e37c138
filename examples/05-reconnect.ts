/**
 * Reconnecting: the connection is lost, comes back by itself, and everything registered is in effect again. Calls made
 * meanwhile wait; calls that were under way are rejected at once.
 */
import { registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine()
const worker = registerWorker(engine.url, {
  diagnostics: 'silent',
  reconnectionConfig: { initialDelayMs: 50, jitterFactor: 0 },
})
worker.registerFunction('echo', ({ text }: { text: string }) => text)
worker.onConnectionStateChange((state) => console.log('state:', state))
await worker.ready()

engine.drop(worker) // as a lost network does
await new Promise<void>((resolve) => {
  const unsubscribe = worker.onConnectionStateChange((state) => {
    if (state !== 'reconnecting') return
    unsubscribe()
    resolve()
  })
})
const waiting = worker.trigger({ function_id: 'echo', payload: { text: 'sent while offline' } })
console.log('waiting messages:', worker.stats().queuedMessages)
console.log('answered:', await waiting)
console.log('reconnects:', worker.stats().reconnects)

await worker.shutdownAsync()
await engine.close()
