/**
 * A worker without an engine that is called and called: fire-and-forget calls of one KiB each, numbered. Then the
 * engine is there. Tells how the heap grew meanwhile, and what was counted. Runs with `--expose-gc`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { registerWorker, TriggerAction } from '../../../src/index.js'

const [url = '', calls = '0', maxPendingBytes = '0'] = process.argv.slice(2)
const collect = (globalThis as { gc?: () => void }).gc
if (collect === undefined) throw new Error('Run with --expose-gc')

const worker = registerWorker(url, {
  autoConnect: false,
  otel: { enabled: false },
  diagnostics: 'silent',
  reconnectionConfig: { maxPendingMessages: Infinity, maxPendingBytes: Number(maxPendingBytes) },
})
const text = 'x'.repeat(1024)
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

const before = heap()
let peak = 0
for (let n = 0; n < Number(calls); n++) {
  void worker.trigger({ function_id: 'log', payload: { n, text }, action: TriggerAction.Void() })
  // Promises that have settled are let go of between turns.
  if (n % 1_000 === 0) await delay(0)
  if (n % 100_000 === 0) peak = Math.max(peak, heap())
}
peak = Math.max(peak, heap())

// A call that awaits its result gets the error; a fire-and-forget call is only counted.
const refused: string = await worker.trigger({ function_id: 'log', payload: { text } }).then(
  () => 'answered',
  (error: unknown) => {
    const { code, outcome } = error as { code?: string; outcome?: string }
    return `${String(code)}, ${String(outcome)}`
  },
)
const { queuedMessages, queuedBytes, droppedVoids } = worker.stats()
worker.connect()
await worker.ready({ timeoutMs: 20_000 })
await worker.shutdownAsync()
process.stdout.write(
  `${JSON.stringify({ grownBytes: peak - before, refused, queuedMessages, queuedBytes, droppedVoids })}\n`,
)
