/** All suites, in the order of their ids. A new one is its file and a line here. */
import type { Suite } from '../suite.js'
import { cpuPerCall, cpuPerLargeCall, cpuPerTracedCall, latency } from './calls.js'
import { channel } from './channel.js'
import { coldImport } from './cold-import.js'
import { consoleInBrowser } from './console.js'
import { devLoop } from './dev-loop.js'
import { durableSteps } from './durable-steps.js'
import { engineCost } from './engine-cost.js'
import { engineHeap } from './engine-heap.js'
import { growth } from './growth.js'
import { heapPerPendingCall } from './heap-per-call.js'
import { installSize } from './install-size.js'
import { oneWorker } from './one-worker.js'
import { readiness } from './readiness.js'
import { scale } from './scale.js'
import { signals } from './signals.js'
import { subpaths } from './subpaths.js'

export const suites: readonly Suite[] = [
  cpuPerCall,
  cpuPerTracedCall,
  cpuPerLargeCall,
  latency,
  heapPerPendingCall,
  coldImport,
  installSize,
  engineCost,
  readiness,
  channel,
  growth,
  engineHeap,
  consoleInBrowser,
  devLoop,
  durableSteps,
  scale,
  signals,
  subpaths,
  oneWorker,
]
