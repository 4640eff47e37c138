/** An order that is paid and shipped, or undone: a workflow of four steps on the services of a shop. */
import { defineSignal, defineWorkflow } from 'iii-node/workflow'

export interface Order {
  readonly id: string
  readonly amount: number
  readonly address: string
  /** Time in which the customer may cancel, such as '30m'. */
  readonly graceTime: string
}

/** What the steps use. Each call has a key: a service that has seen the key before repeats its answer. */
export interface Services {
  reserve(order: Order, key: string): Promise<{ shelf: number }>
  release(order: Order, key: string): Promise<void>
  charge(order: Order, key: string): Promise<{ paymentId: string }>
  refund(order: Order, paymentId: string, key: string): Promise<void>
  ship(order: Order, key: string): Promise<{ parcelId: string }>
  sendInvoice(order: Order, key: string): Promise<void>
}

export const payment = defineSignal({ name: 'payment' })

export const orderWorkflow = (services: Services) =>
  defineWorkflow({ id: 'orders::place' }, async (flow, order: Order) => {
    await flow.step('reserve', ({ idempotencyKey }) => services.reserve(order, idempotencyKey), {
      undo: (_, { idempotencyKey }) => services.release(order, idempotencyKey),
    })
    const confirmed: unknown = await flow.waitFor(payment, { timeout: '3d' })
    if (confirmed === undefined) throw new Error('The payment was not confirmed in time')
    const { paymentId } = await flow.step('charge', ({ idempotencyKey }) => services.charge(order, idempotencyKey), {
      retry: { attempts: 5, backoff: '1s..1m' },
      undo: (charged, { idempotencyKey }) => services.refund(order, charged.paymentId, idempotencyKey),
    })
    await flow.sleep(order.graceTime)
    const { parcel } = await flow.all({
      parcel: () => flow.step('ship', ({ idempotencyKey }) => services.ship(order, idempotencyKey)),
      invoice: () => flow.step('invoice', ({ idempotencyKey }) => services.sendInvoice(order, idempotencyKey)),
    })
    return { paymentId, parcelId: parcel.parcelId }
  })
