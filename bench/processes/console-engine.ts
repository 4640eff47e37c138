/** An engine with its console and a small shop whose orders fail in several ways, for tasks in a browser. */
import { createTestEngine, type TestEngine } from 'iii-node/testing'
import { TriggerAction, type III } from 'iii-node'
import { serveCommands } from './commands.js'

let engine: TestEngine | undefined

interface Order {
  readonly sku: string
}

function registerShop(shop: III): void {
  shop.registerFunction('prices::find', async ({ sku }: Order) => {
    const price: unknown = await shop.trigger({ function_id: 'state::get', payload: { scope: 'prices', key: sku } })
    if (typeof price !== 'number') throw new Error(`There is no price for ${sku}`)
    return price
  })
  shop.registerFunction('orders::create', async (order: Order) => {
    const total: unknown = await shop.trigger({ function_id: 'prices::find', payload: order })
    const action = TriggerAction.Enqueue({ queue: 'shipping' })
    await shop.trigger({ function_id: 'orders::ship', payload: order, action })
    return { total }
  })
  shop.registerFunction('orders::ship', ({ sku }: Order) => {
    if (sku === 'cup') throw new Error('There is no cup in stock')
    return { shipped: sku }
  })
  shop.registerFunction('orders::http', async ({ body }: { body: Order }) => {
    const answer: unknown = await shop.trigger({ function_id: 'orders::create', payload: body })
    return { status_code: 201, body: answer }
  })
  shop.registerTrigger({
    type: 'http',
    function_id: 'orders::http',
    config: { api_path: '/orders', http_method: 'POST' },
  })
}

/** Returns the address of the console. */
async function start(): Promise<string> {
  const queues = { shipping: { type: 'standard', max_retries: 1, concurrency: 2, backoff_ms: 1, poll_interval_ms: 1 } }
  engine = await createTestEngine({
    builtins: {
      'iii-queue': { queue_configs: queues },
    },
  })
  const shop = engine.connect({ workerName: 'shop', otel: { enabled: true, spansFlushIntervalMs: 50 } })
  registerShop(shop)
  await shop.ready()
  for (const [key, value] of [
    ['tea', 4],
    ['cup', 9],
  ] as const)
    await engine.call('state::set', { scope: 'prices', key, value })
  for (const sku of ['tea', 'cup', 'kettle']) await engine.inject({ method: 'POST', path: '/orders', body: { sku } })
  return engine.openConsole()
}

serveCommands({ start, stop: () => engine?.close() })
