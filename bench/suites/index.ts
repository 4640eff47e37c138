/** All suites, in the order of their ids. A new one is its file and a line here. */
import type { Suite } from '../suite.js'
import { cpuPerCall, cpuPerLargeCall, cpuPerTracedCall, latency } from './calls.js'
import { coldImport } from './cold-import.js'
import { engineCost } from './engine-cost.js'

export const suites: readonly Suite[] = [cpuPerCall, cpuPerTracedCall, cpuPerLargeCall, latency, coldImport, engineCost]
