/**
 * One release of a worker in a process of its own: waits for the names of the release before it, drains on SIGTERM.
 * Tells when it is connected, and when every name is its own.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { installSignalHandlers, registerWorker } from '../../../src/index.js'

const [url = '', release = '', workerName = `orders-${release}`] = process.argv.slice(2)

const worker = registerWorker(url, { workerName, onConflict: 'wait', otel: { enabled: false }, diagnostics: 'silent' })
worker.registerFunction('orders::create', async ({ n }: { n: number }) => {
  await delay(n % 20)
  return { n, release }
})
installSignalHandlers(worker)
while (worker.getConnectionState() !== 'connected') await delay(5)
process.stdout.write('connected\n')
await worker.ready({ timeoutMs: 60_000 })
process.stdout.write('took over\n')
