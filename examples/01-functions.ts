/**
 * Functions: one worker serves them, another calls them. An error that the handler throws reaches the caller with its
 * code.
 */
import { InvocationError, registerWorker, RemoteError } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine() // stands for the engine you run

const kitchen = registerWorker(engine.url, { workerName: 'kitchen' })
kitchen.registerFunction('tea::brew', ({ cups }: { cups: number }) => {
  if (cups > 4) throw new RemoteError({ code: 'POT_TOO_SMALL', message: `The pot holds 4 cups, not ${String(cups)}` })
  return { minutes: 2 + cups }
})
await kitchen.ready() // the function is in effect

const guest = registerWorker(engine.url, { workerName: 'guest' })
console.log('two cups:', await guest.trigger({ function_id: 'tea::brew', payload: { cups: 2 } }))

try {
  await guest.trigger({ function_id: 'tea::brew', payload: { cups: 9 } })
} catch (error) {
  if (error instanceof InvocationError) console.log('nine cups:', error.code, '-', error.detail)
}

await Promise.all([guest.shutdownAsync(), kitchen.shutdownAsync()])
await engine.close()
