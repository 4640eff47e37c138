/**
 * Registers functions and calls them by id. Any worker that is connected to the engine can call them, in any language.
 */
import { registerWorker } from 'iii-node'

const worker = registerWorker() // connects to III_URL, by default ws://127.0.0.1:49134

worker.registerFunction(
  'orders::total',
  ({ prices }: { prices: readonly number[] }) => ({ total: prices.reduce((sum, price) => sum + price, 0) }),
  { description: 'Adds up the prices of an order' },
)

// A handler calls other functions through its context, so that the calls end together with the invocation.
worker.registerFunction('orders::receipt', async (order: { prices: readonly number[] }, _metadata, context) => {
  const { total } = await context.trigger<object, { total: number }>({ function_id: 'orders::total', payload: order })
  return `${String(order.prices.length)} items, ${String(total)} EUR`
})
await worker.ready() // resolves when the engine has accepted the functions

const payload = { prices: [4, 7, 60] }
console.log('orders::total returns', await worker.trigger({ function_id: 'orders::total', payload }))
console.log('orders::receipt returns', await worker.trigger({ function_id: 'orders::receipt', payload }))

await worker.shutdownAsync()
