/**
 * A worker in a process of its own that drains on SIGTERM and then exits. Its handlers finish a while after the signal,
 * never finish, or block the event loop. Prints when it is ready, when all expected calls run, and the result of its
 * shutdown.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { installSignalHandlers, registerWorker } from '../../../src/index.js'

const [url = '', name = '', expected = '0', drainTimeoutMs = '0', kind = ''] = process.argv.slice(2)

function say(event: string, facts: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`)
}

const worker = registerWorker(url, { workerName: name, otel: { enabled: false }, diagnostics: 'silent' })
const asked = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()))
let began = 0
let aborted = 0

worker.registerFunction(`${name}::work`, async ({ n }: { n: number }, _metadata, { signal }) => {
  signal.addEventListener('abort', () => (aborted += 1))
  began += 1
  if (began === Number(expected)) say('running')
  if (kind === 'stuck' && began === Number(expected)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  if (kind === 'endless') return new Promise(() => undefined)
  await asked
  await delay(50 + (n % 100))
  return { n, double: n * 2 }
})
installSignalHandlers(worker, {
  drainTimeoutMs: Number(drainTimeoutMs),
  onShutdown: (report) => say('over', { ...report, began, aborted }),
})
await worker.ready({ timeoutMs: 20_000 })
say('ready')
