/**
 * Disposal: with `await using` a worker drains at the end of its block, whatever ends it; with `using` a function or a
 * trigger is taken back.
 */
import { registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

await using engine = await createTestEngine()

async function serveOnce(): Promise<string> {
  await using worker = registerWorker(engine.url, { workerName: 'once' })
  {
    using greet = worker.registerFunction('greet', () => 'hello')
    using route = worker.registerTrigger({ type: 'http', function_id: greet.id, config: { api_path: '/greet' } })
    await worker.ready()
    console.log('in the block:', route.id !== '', worker.stats().registeredFunctions, worker.stats().registeredTriggers)
  }
  console.log('behind it:', worker.stats().registeredFunctions, worker.stats().registeredTriggers)
  throw new Error('something went wrong') // the worker ends all the same
}

await serveOnce().catch((error: unknown) => console.log(String(error)))
console.log('connected workers:', engine.stats().sessions)
