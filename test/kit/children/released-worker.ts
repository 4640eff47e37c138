/**
 * One release of a worker in a process of its own: waits for the names of the release before it, drains on SIGTERM.
 * Tells when it waits for its function, and when every name is its own.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { BuiltinTrigger, installSignalHandlers, RegistrationRejectedError, registerWorker } from '../../../src/index.js'

const [url = '', release = '', workerName = `orders-${release}`] = process.argv.slice(2)

const worker = registerWorker(url, {
  workerName,
  onConflict: 'wait',
  otel: { enabled: false },
  diagnostics: (event) => {
    if (event.kind !== 'conflict_waiting' || !(event.error instanceof RegistrationRejectedError)) return
    if (event.error.function_id !== undefined) process.stdout.write('waits\n')
  },
})
worker.registerFunction('orders::create', async ({ n }: { n: number }) => {
  await delay(n % 20)
  return { n, release }
})
worker.registerFunction('orders::page', ({ query_params }: { query_params: { n: string } }) => ({
  status_code: 200,
  body: { n: Number(query_params.n), release },
}))
worker.registerTrigger(BuiltinTrigger.http('orders::page', { api_path: '/orders' }))
worker.registerFunction('orders::received', async ({ n }: { n: number }) => {
  await worker.trigger({ function_id: 'tally::received', payload: { n } })
})
worker.registerTrigger(BuiltinTrigger.subscribe('orders::received', { topic: 'orders' }))
installSignalHandlers(worker)
await worker.ready({ timeoutMs: 60_000 })
process.stdout.write('took over\n')
