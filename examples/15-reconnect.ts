/**
 * Reconnects after a lost connection: the worker registers everything again and sends the calls that were made meanwhile.
 * The test engine drops the connection on demand, so this example runs without `iii-node engine`.
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

const reconnecting = new Promise<void>((resolve) => {
  const unsubscribe = worker.onConnectionStateChange((state) => {
    if (state !== 'reconnecting') return
    unsubscribe()
    resolve()
  })
})
engine.drop(worker) // the connection is lost without a close frame
await reconnecting

const call = worker.trigger({ function_id: 'echo', payload: { text: 'sent while offline' } })
console.log('queued messages:', worker.stats().queuedMessages)
console.log('result:', await call)
console.log('reconnects:', worker.stats().reconnects)

await worker.shutdownAsync()
await engine.close()
