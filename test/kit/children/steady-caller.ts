/**
 * A process that calls a function of the engine again and again, and for each line on its input prints the longest time
 * for which it got no answer since the last one, in milliseconds.
 */
import { createInterface } from 'node:readline'
import { registerWorker } from '../../../src/index.js'

const worker = registerWorker(process.argv[2] ?? '', { workerName: 'steady', otel: { enabled: false } })
await worker.ready()
const key = { scope: 'steady', key: 'small' }
await worker.trigger({ function_id: 'state::set', payload: { ...key, value: 1 } })

let longestMs = 0
let startedAt = performance.now()
const measure = (): void => {
  longestMs = Math.max(longestMs, performance.now() - startedAt)
}
createInterface({ input: process.stdin }).on('line', () => {
  measure()
  console.log(`stalled ${longestMs.toFixed(1)}`)
  longestMs = 0
})
console.log('calling')
for (;;) {
  startedAt = performance.now()
  await worker.trigger({ function_id: 'state::get', payload: key, timeoutMs: 30_000 })
  measure()
  await new Promise((resolve) => setTimeout(resolve, 2))
}
