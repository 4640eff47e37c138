/**
 * Publish and subscribe: an event goes to every subscriber that is there, once, and is forgotten. For events that must
 * not be lost, see the queue.
 */
import { BuiltinTrigger, registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

interface Price {
  readonly sku: string
  readonly cents: number
}

const engine = await createTestEngine()
const board = registerWorker(engine.url, { workerName: 'board' })
const phone = registerWorker(engine.url, { workerName: 'phone' })

const heard = [board, phone].map(
  (worker, index) =>
    new Promise<void>((resolve) => {
      const id = `prices::show-${String(index)}`
      worker.registerFunction(id, ({ sku, cents }: Price) => {
        console.log(index === 0 ? 'board:' : 'phone:', sku, cents)
        resolve()
      })
      worker.registerTrigger(BuiltinTrigger.subscribe(id, { topic: 'prices' }))
    }),
)
await Promise.all([board.ready(), phone.ready()])

const shop = registerWorker(engine.url, { workerName: 'shop' })
await shop.trigger({ function_id: 'publish', payload: { topic: 'prices', data: { sku: 'tea', cents: 400 } } })
await shop.trigger({ function_id: 'publish', payload: { topic: 'weather', data: 'rain' } }) // nobody listens
await Promise.all(heard)

await Promise.all([shop, board, phone].map((worker) => worker.shutdownAsync()))
await engine.close()
