/**
 * A small order service: the local engine, a worker with HTTP endpoints, and a second worker that it calls. `npm start`
 * runs it. In production each worker runs in its own process, and the engine is the distributed one.
 */
import { parseArgs } from 'node:util'
import { startEngine, type StartedEngine } from 'iii-node/local-engine'
import { startInventory } from './inventory-worker.js'
import { startOrders } from './orders-worker.js'

const help = `npm start -- [options]

Runs the order service on a local engine.

  --port <n>         port for workers (default: 49134; 0 selects a free one)
  --http-port <n>    port for HTTP requests (default: 3111)
  --stream-port <n>  port for browsers that follow streams (default: 3112)
  --help             print this text`

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
})

try {
  await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'http-port': { type: 'string' },
      'stream-port': { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    console.log(help)
    return
  }
  const port = (value: string | undefined): number | undefined => (value === undefined ? undefined : Number(value))
  const engine = await startEngine({
    port: port(values.port),
    httpPort: port(values['http-port']),
    streamPort: port(values['stream-port']),
    onEvent: (event) => {
      if (event.kind === 'invocation_failed') console.error(`${event.functionId} failed: ${event.error.message}`)
    },
  })
  await serve(engine).finally(() => engine.close())
}

async function serve({ url, httpUrl = '' }: StartedEngine): Promise<void> {
  const orders = startOrders(url)
  const inventory = startInventory(url, (line) => console.log(line))
  await Promise.all([orders.ready(), inventory.ready()])

  console.log(`The order service answers on ${httpUrl}. Place an order:

  curl -X POST ${httpUrl}/orders -H 'content-type: application/json' -d '{"sku":"kettle","quantity":2}'

and read it back with: curl ${httpUrl}/orders/1 (Ctrl-C stops everything)`)

  await stopped
  await Promise.all([orders.shutdownAsync(), inventory.shutdownAsync()])
}
