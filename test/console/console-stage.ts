/** A small shop on a test engine with its console: orders that succeed and fail, jobs, state, streams and logs. */
import { vi } from 'vitest'
import { createTestEngine, type TestEngine } from '../../src/entry/testing.js'
import { Logger, TriggerAction, type III } from '../../src/index.js'

export interface ConsoleStage {
  readonly engine: TestEngine
  readonly shop: III
  /** The address of the console, with its token. */
  readonly url: string
  close(): Promise<void>
}

const orderSchema = {
  type: 'object',
  properties: {
    sku: { type: 'string', description: 'Article number' },
    quantity: { type: 'integer', minimum: 1, maximum: 99, default: 1 },
    express: { type: 'boolean' },
    size: { enum: ['small', 'large'] },
  },
  required: ['sku', 'quantity'],
}

interface Order {
  readonly sku: string
  readonly quantity: number
}

/** An error as the code of a shop throws it: pictures are the same wherever they are made. */
function failure(message: string, frame: string): Error {
  const error = new Error(message)
  error.stack = `Error: ${message}\n    at ${frame}`
  return error
}

/** Prices are state, so that a test can correct a missing one. */
async function priceOf(shop: III, { sku }: Order): Promise<number> {
  const price: unknown = await shop.trigger({ function_id: 'state::get', payload: { scope: 'prices', key: sku } })
  if (typeof price !== 'number')
    throw failure(`There is no price for ${sku}`, 'priceOf (/home/ada/shop/src/prices.ts:12:37)')
  return price
}

function registerShop(shop: III): void {
  const logger = new Logger()
  shop.registerFunction(
    'orders::create',
    async (order: Order) => {
      logger.info('Order received', { sku: order.sku, quantity: order.quantity })
      const price = await shop.trigger<Order, number>({ function_id: 'prices::find', payload: order })
      await shop.trigger({
        function_id: 'orders::ship',
        payload: order,
        action: TriggerAction.Enqueue({ queue: 'shipping' }),
      })
      return { total: price * order.quantity }
    },
    { description: 'Creates an order and ships it', request_format: orderSchema },
  )
  shop.registerFunction('prices::find', (order: Order) => priceOf(shop, order), {
    description: 'Finds the price of an article',
  })
  shop.registerFunction('orders::ship', async (order: Order) => {
    logger.warn('Stock is low', { sku: order.sku })
    const stock: unknown = await shop.trigger({
      function_id: 'state::get',
      payload: { scope: 'stock', key: order.sku },
    })
    if (typeof stock !== 'number' || stock < order.quantity)
      throw failure(
        `Only ${JSON.stringify(stock ?? 0)} of ${order.sku} in stock`,
        '/home/ada/shop/src/shipping.ts:21:13',
      )
    return { shipped: order.sku }
  })
  shop.registerFunction('reports::daily', () => ({ orders: 2 }))
  shop.registerTrigger({
    type: 'http',
    function_id: 'orders::http',
    config: { api_path: '/orders', http_method: 'POST' },
  })
  shop.registerFunction('orders::http', async ({ body }: { body: Order }) => {
    const total: unknown = await shop.trigger({ function_id: 'orders::create', payload: body })
    return { status_code: 201, body: total }
  })
  shop.registerTrigger({ type: 'cron', function_id: 'reports::daily', config: { expression: '0 0 6 * * *' } })
  shop.registerTrigger({ type: 'subscribe', function_id: 'reports::daily', config: { topic: 'day.closed' } })
}

/** Starts everything; `fill` also makes the orders. */
export async function consoleStage(options: { readonly fill?: boolean } = {}): Promise<ConsoleStage> {
  const queues = { shipping: { type: 'standard', max_retries: 1, concurrency: 2, backoff_ms: 1, poll_interval_ms: 1 } }
  const engine = await createTestEngine({ builtins: { 'iii-queue': { queue_configs: queues } } })
  const shop = engine.connect({
    workerName: 'shop',
    otel: { enabled: true, spansFlushIntervalMs: 50, logsFlushIntervalMs: 50 },
  })
  registerShop(shop)
  await shop.ready()
  if (options.fill !== false) await fill(engine)
  const url = await engine.openConsole()
  return { engine, shop, url, close: () => engine.close() }
}

async function fill(engine: TestEngine): Promise<void> {
  const set = (scope: string, key: string, value: unknown): Promise<unknown> =>
    engine.call('state::set', { scope, key, value })
  await set('prices', 'tea', 4)
  await set('prices', 'cup', 9)
  await set('stock', 'tea', 100)
  await set('customers', 'ada', { name: 'Ada', tags: ['early', 'invoice'], address: { city: 'London', zip: 'N1' } })
  await engine.call('stream::set', { stream_name: 'chat', group_id: 'lobby', item_id: '1', data: { text: 'hello' } })
  const order = (sku: string, quantity: number): Promise<unknown> =>
    engine.inject({ method: 'POST', path: '/orders', body: { sku, quantity } })
  await order('tea', 2)
  // There is no stock of cups, so the job becomes a dead letter.
  await order('cup', 1)
  // There is no price.
  await order('kettle', 1)
  await vi.waitFor(async () => {
    const failed = { status: 'error', search_all_spans: true }
    const { total } = (await engine.call('engine::traces::list', failed)) as { total: number }
    const letters = (await engine.call('engine::queue::dlq_messages', { queue: 'shipping' })) as unknown[]
    if (total < 4 || letters.length < 1)
      throw new Error(`${String(total)} failed spans, ${String(letters.length)} dead letters`)
  }, 10_000)
}
