/**
 * Publish and subscribe: each connected subscriber of a topic receives a message once, without retries. Use a queue for
 * messages that must not be lost.
 */
import { BuiltinTrigger, registerWorker } from 'iii-node'

interface Price {
  readonly sku: string
  readonly cents: number
}

const worker = registerWorker()

const received = ['website', 'display'].map(
  (subscriber) =>
    new Promise<void>((resolve) => {
      const id = `${subscriber}::show-price`
      worker.registerFunction(id, ({ sku, cents }: Price) => {
        console.log(`${id}:`, sku, cents)
        resolve()
      })
      worker.registerTrigger(BuiltinTrigger.subscribe(id, { topic: 'prices' }))
    }),
)
await worker.ready()

const publish = (topic: string, data: unknown): Promise<unknown> =>
  worker.trigger({ function_id: 'publish', payload: { topic, data } })

await publish('weather', 'rain') // no subscriber: the message is dropped
await publish('prices', { sku: 'tea', cents: 400 })
await Promise.all(received)

await worker.shutdownAsync()
