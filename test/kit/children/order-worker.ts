/**
 * A worker of the tutorial's orders: `order-worker.js <url> <file>`. Appends each effect to the file when it begins, before
 * it takes some time.
 */
import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { registerWorker } from 'iii-node'
import { serveWorkflow } from 'iii-node/workflow'
import { orderWorkflow, type Order, type Services } from '../../../examples/durable-order/order.js'

const [url = '', file = ''] = process.argv.slice(2)
const MAX_WORK_MS = 40

async function effect(what: string, order: Order, key: string): Promise<string> {
  const id = randomUUID()
  appendFileSync(file, `${JSON.stringify({ run: order.id, what, id, key })}\n`)
  await pause(Math.random() * MAX_WORK_MS)
  return id
}

const services: Services = {
  reserve: async (order, key) => {
    await effect('reserve', order, key)
    return { shelf: 7 }
  },
  release: async (order, key) => {
    await effect('release', order, key)
  },
  charge: async (order, key) => ({ paymentId: await effect('charge', order, key) }),
  refund: async (order, paymentId, key) => {
    await effect(`refund ${paymentId}`, order, key)
  },
  ship: async (order, key) => {
    const parcelId = await effect('ship', order, key)
    if (order.address === 'nowhere') throw new Error('The address does not exist')
    return { parcelId }
  },
  sendInvoice: async (order, key) => {
    await effect('invoice', order, key)
  },
}

const worker = registerWorker(url, { otel: { enabled: false }, diagnostics: 'silent' })
serveWorkflow(worker, orderWorkflow(services), { lease: '2s', sweepInterval: '500ms' })
