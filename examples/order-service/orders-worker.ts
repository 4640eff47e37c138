/** The worker behind the HTTP endpoints: accepts an order, calls another worker to reserve the goods, and responds. */
import { InvocationError, registerWorker, type III } from 'iii-node'
import { provideOrderPlaced, type Order } from './order-placed.js'

interface HttpRequest {
  readonly path_params: Readonly<Record<string, string>>
  readonly body: unknown
}

interface HttpAnswer {
  readonly status_code: number
  readonly body: unknown
}

export function startOrders(url: string): III {
  const worker = registerWorker(url, { workerName: 'orders' })
  const orders = new Map<string, Order>()
  const announce = provideOrderPlaced(worker)

  worker.registerFunction('orders::create', async ({ body }: HttpRequest): Promise<HttpAnswer> => {
    const wish = parseWish(body)
    if (wish === undefined) return problem(400, 'Send JSON like {"sku":"tea","quantity":2}')
    try {
      const { total } = await worker.trigger<object, { total: number }>({
        function_id: 'inventory::reserve',
        payload: wish,
        timeoutMs: 2_000,
      })
      const order: Order = { id: String(orders.size + 1), ...wish, total }
      orders.set(order.id, order)
      announce(order)
      return { status_code: 201, body: order }
    } catch (error) {
      if (error instanceof InvocationError && error.code === 'OUT_OF_STOCK') return problem(409, error.detail)
      throw error
    }
  })

  worker.registerFunction('orders::get', ({ path_params }: HttpRequest): HttpAnswer => {
    const order = orders.get(path_params['id'] ?? '')
    return order === undefined ? problem(404, 'There is no such order') : { status_code: 200, body: order }
  })

  worker.registerTrigger({
    type: 'http',
    function_id: 'orders::create',
    config: { api_path: '/orders', http_method: 'POST' },
  })
  worker.registerTrigger({
    type: 'http',
    function_id: 'orders::get',
    config: { api_path: '/orders/:id', http_method: 'GET' },
  })
  return worker
}

function parseWish(body: unknown): { sku: string; quantity: number } | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { sku, quantity } = body as { sku?: unknown; quantity?: unknown }
  if (typeof sku !== 'string' || typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1) {
    return undefined
  }
  return { sku, quantity }
}

function problem(status_code: number, message: string): HttpAnswer {
  return { status_code, body: { error: message } }
}
