/**
 * Cancels calls with an AbortSignal or a time limit. A handler's own signal aborts when its result can no longer reach
 * the caller. The test engine drops the connection on demand, so this example runs without `iii-node engine`.
 */
import { registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine()
const callee = registerWorker(engine.url, { workerName: 'callee', diagnostics: 'silent' })
let running = 0
const aborted = new Promise<void>((resolve) => {
  callee.registerFunction('slow', ({ name }: { name: string }, _metadata, { signal }) => {
    running += 1
    signal.addEventListener('abort', () => {
      console.log('handler aborted:', name, '-', messageOf(signal.reason))
      running -= 1
      if (running === 0) resolve()
    })
    return new Promise(() => undefined)
  })
})
await callee.ready()
const caller = registerWorker(engine.url, { workerName: 'caller' })
await caller.ready()

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const controller = new AbortController()
const call = caller.trigger({ function_id: 'slow', payload: { name: 'first' }, signal: controller.signal })
controller.abort(new Error('The user closed the page'))
await call.catch((error: unknown) => console.log('call aborted:', messageOf(error)))

await caller
  .trigger({ function_id: 'slow', payload: { name: 'second' }, timeoutMs: 50 })
  .catch((error: unknown) => console.log('call timed out:', messageOf(error)))

// Both handlers keep running, because their work may have begun. They are aborted when the callee loses its connection.
console.log('running handlers:', callee.stats().runningInvocations)
engine.drop(callee)
await aborted

await Promise.all([caller.shutdownAsync(), callee.shutdown()])
await engine.close()
