/** Calls the function of `prices.py` with the types that `npx iii-node types` has written into `iii.d.ts`. */
import { registerWorker } from 'iii-node'

const worker = registerWorker()
const price = await worker.trigger({ function_id: 'prices::quote', payload: { sku: 'tea', quantity: 2 } })
console.log(`${(price.cents / 100).toFixed(2)} ${price.currency}`)
await worker.shutdownAsync()
