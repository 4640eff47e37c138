/**
 * Explicit resource management: `await using` shuts a worker down at the end of its block, also after an error. `using`
 * unregisters a function or a trigger.
 */
import { registerWorker, type III } from 'iii-node'

function show(place: string, worker: III): void {
  const { registeredFunctions, registeredTriggers } = worker.stats()
  console.log(place, `${String(registeredFunctions)} functions, ${String(registeredTriggers)} triggers`)
}

let ended: III | undefined

async function serveOnce(): Promise<void> {
  await using worker = registerWorker()
  ended = worker
  {
    using greet = worker.registerFunction('greet', () => 'hello')
    using _daily = worker.registerTrigger({ type: 'cron', function_id: greet.id, config: { expression: '@daily' } })
    await worker.ready()
    show('inside the block:', worker)
  }
  show('after the block:', worker)
  throw new Error('Something failed')
}

await serveOnce().catch((error: unknown) => console.log(String(error)))
console.log('state of the worker:', ended?.getConnectionState())
