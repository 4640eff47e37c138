/**
 * A workflow: an order that is paid and shipped, and one that cannot be shipped and is refunded. Each finished step is kept in
 * the state of the engine, so another worker continues when this one ends.
 */
import { registerWorker } from 'iii-node'
import { serveWorkflow, startWorkflow } from 'iii-node/workflow'
import { orderWorkflow, payment, type Order, type Services } from './durable-order/order.js'

const seen = (what: string, order: Order): Promise<void> => {
  console.log(`${order.id}: ${what}`)
  return Promise.resolve()
}
const services: Services = {
  reserve: (order) => seen('reserved', order).then(() => ({ shelf: 7 })),
  release: (order) => seen('released', order),
  charge: (order) => seen('charged', order).then(() => ({ paymentId: `pay-${order.id}` })),
  refund: (order, paymentId) => seen(`refunded ${paymentId}`, order),
  ship: (order) =>
    order.address === 'nowhere'
      ? Promise.reject(new Error('The address does not exist'))
      : seen('shipped', order).then(() => ({ parcelId: `parcel-${order.id}` })),
  sendInvoice: (order) => seen('invoice sent', order),
}

const placeOrder = orderWorkflow(services)
const worker = registerWorker(undefined, { workerName: 'orders' })
serveWorkflow(worker, placeOrder)
await worker.ready()

for (const [id, address] of [
  ['order-1', 'Elm Street 7'],
  ['order-2', 'nowhere'],
] as const) {
  const order = { id, amount: 20, address, graceTime: '100ms' }
  const run = await startWorkflow(worker, placeOrder, order, { runId: id })
  await run.signal(payment, { card: 'visa' })
  console.log(await run.result().catch((error: unknown) => (error as Error).message))
  console.log(`${id} is ${(await run.status()).state}`)
}
await worker.shutdownAsync()
