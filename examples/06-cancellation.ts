/**
 * Cancellation: the caller gives a call up with an AbortSignal or a time limit. A handler's own signal aborts when nobody
 * can get its result any more.
 */
import { registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine()
const callee = registerWorker(engine.url, { workerName: 'callee', diagnostics: 'silent' })
const told = new Promise<void>((resolve) => {
  callee.registerFunction('slow', (_payload, _metadata, context) => {
    context.signal.addEventListener('abort', () => {
      console.log('the handler hears: nobody waits any more')
      resolve()
    })
    return new Promise(() => undefined)
  })
})
await callee.ready()
const caller = registerWorker(engine.url, { workerName: 'caller' })
await caller.ready()

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const controller = new AbortController()
const given = caller.trigger({ function_id: 'slow', payload: {}, signal: controller.signal })
controller.abort(new Error('the user closed the page'))
await given.catch((error: unknown) => console.log('the caller gave up:', reasonOf(error)))

await caller
  .trigger({ function_id: 'slow', payload: {}, timeoutMs: 50 })
  .catch((error: unknown) => console.log('the limit passed:', reasonOf(error)))

// The callee loses its link: its handlers are told.
engine.drop(callee)
await told

await Promise.all([caller.shutdownAsync(), callee.shutdown()])
await engine.close()
