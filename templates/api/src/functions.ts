/** The functions of the worker, and the triggers that run them. */
import { randomUUID } from 'node:crypto'
import { BuiltinTrigger, TriggerAction, type III } from 'iii-node'

export interface Order {
  readonly id: string
  readonly item: string
  readonly email: string
}

interface Request {
  readonly path_params: { readonly id?: string }
  readonly body: { readonly item?: unknown; readonly email?: unknown } | null
}

/** Replace it with your mail service. If it rejects, the queue calls it again. */
export async function sendMail({ email, item }: Order): Promise<void> {
  console.log(`mail to ${email}: your order of ${item}`)
}

export function registerFunctions(worker: III, send = sendMail): void {
  worker.registerFunction('orders::create', async ({ body }: Request) => {
    const { item, email } = body ?? {}
    if (typeof item !== 'string' || typeof email !== 'string')
      return { status_code: 400, body: { error: 'Send {"item": "…", "email": "…"}' } }
    const order = { id: randomUUID(), item, email }
    await worker.trigger({ function_id: 'state::set', payload: { scope: 'orders', key: order.id, value: order } })
    // Answers at once; the queue `mail` runs the job, and retries it (iii.config.yaml).
    const action = TriggerAction.Enqueue({ queue: 'mail' })
    await worker.trigger({ function_id: 'orders::confirm', payload: order, action })
    return { status_code: 201, headers: { location: `/orders/${order.id}` }, body: order }
  })
  worker.registerTrigger(BuiltinTrigger.http('orders::create', { api_path: '/orders', http_method: 'POST' }))

  worker.registerFunction('orders::get', async ({ path_params }: Request) => {
    const payload = { scope: 'orders', key: path_params.id }
    // Engines answer with null or nothing if there is no value.
    const order = await worker.trigger<object, Order | null | undefined>({ function_id: 'state::get', payload })
    return !order ? { status_code: 404, body: { error: 'No such order' } } : { status_code: 200, body: order }
  })
  worker.registerTrigger(BuiltinTrigger.http('orders::get', { api_path: '/orders/:id', http_method: 'GET' }))

  worker.registerFunction('orders::confirm', (order: Order) => send(order))

  worker.registerFunction('orders::report', async () => {
    const orders = await worker.trigger<object, Order[]>({ function_id: 'state::list', payload: { scope: 'orders' } })
    console.log(`orders so far: ${String(orders.length)}`)
    return { orders: orders.length }
  })
  // Second, minute, hour, day, month, weekday, in UTC: each day at 6.
  worker.registerTrigger(BuiltinTrigger.cron('orders::report', { expression: '0 0 6 * * *' }))
}
