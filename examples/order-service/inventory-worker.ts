/** A second worker: keeps the stock, and is notified of large orders through the trigger type of the first. */
import { registerWorker, RemoteError, type III } from 'iii-node'
import type { Order } from './order-placed.js'

const PRICES: Readonly<Record<string, number>> = { tea: 4, coffee: 7, kettle: 60 }

export function startInventory(url: string, log: (line: string) => void): III {
  const worker = registerWorker(url, { workerName: 'inventory' })
  const stock = new Map(Object.keys(PRICES).map((sku) => [sku, 100]))

  worker.registerFunction('inventory::reserve', ({ sku, quantity }: { sku: string; quantity: number }) => {
    const left = stock.get(sku) ?? 0
    if (left < quantity) {
      throw new RemoteError({ code: 'OUT_OF_STOCK', message: `Only ${String(left)} of '${sku}' are left` })
    }
    stock.set(sku, left - quantity)
    return { total: quantity * (PRICES[sku] ?? 0) }
  })

  worker.registerFunction('inventory::large-order', ({ order }: { order: Order }) => {
    log(`large order ${order.id}: ${String(order.quantity)} × ${order.sku}, total ${String(order.total)}`)
  })

  worker.registerTrigger({
    type: 'order-placed',
    function_id: 'inventory::large-order',
    config: { minTotal: 50 },
  })
  return worker
}
