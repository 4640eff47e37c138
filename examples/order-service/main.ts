/**
 * A small order service: the local engine, a worker with HTTP endpoints, and a second worker that it calls.
 * `npm start` runs it; options after `--` go to the engine (`npm start -- --http-port 8080`).
 */
import { startInventory } from './inventory-worker.js'
import { startLocalEngine, type LocalEngine } from './local-engine.js'
import { startOrders } from './orders-worker.js'

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
})

const options = process.argv.slice(2)
const help = `npm start -- [options of iii-node engine]

Runs the order service on a local engine. The options are those of \`npx iii-node engine --help\`, such as
--http-port 8080.`

try {
  if (options.includes('--help') || options.includes('-h')) console.log(help)
  else await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(): Promise<void> {
  const engine = await startLocalEngine(options)
  await serve(engine).finally(() => engine.stop())
}

async function serve(engine: LocalEngine): Promise<void> {
  const orders = startOrders(engine.url)
  const inventory = startInventory(engine.url, (line) => console.log(line))
  await Promise.all([orders.ready(), inventory.ready()])

  console.log(`The order service answers on ${engine.httpUrl}. Place an order:

  curl -X POST ${engine.httpUrl}/orders -H 'content-type: application/json' -d '{"sku":"kettle","quantity":2}'

and read it back with: curl ${engine.httpUrl}/orders/1 (Ctrl-C stops everything)`)

  await stopped
  await Promise.all([orders.shutdownAsync(), inventory.shutdownAsync()])
}
