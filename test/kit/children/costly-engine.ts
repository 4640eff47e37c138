/**
 * A process that is an engine with the built-ins that take values in, on free ports. Prints its addresses as JSON, and
 * for each line on its input the longest event-loop tick since the last one, in milliseconds: the smaller of its time by
 * the clock and its time on the processor, so that other work on the machine does not count.
 */
import { createInterface } from 'node:readline'
import { defaultEngineConfig } from '../../../src/engine/config/config.js'
import { startEngine } from '../../../src/engine/engine.js'

const engine = await startEngine(defaultEngineConfig({ port: 0, httpPort: 0, streamPort: 0 }))

let longestMs = 0
let startedAt = performance.now()
let cpu = process.cpuUsage()
const measure = (): void => {
  const { user, system } = process.cpuUsage(cpu)
  longestMs = Math.max(longestMs, Math.min(performance.now() - startedAt, (user + system) / 1000))
  startedAt = performance.now()
  cpu = process.cpuUsage()
}
setInterval(measure, 1)
createInterface({ input: process.stdin }).on('line', () => {
  measure()
  console.log(`stalled ${longestMs.toFixed(1)}`)
  longestMs = 0
})
console.log(JSON.stringify({ url: engine.url, httpUrl: engine.httpUrl }))
