/**
 * The way in: makes a worker with the process's own clock, randomness and sockets.
 */
import { systemClock } from '../../std/time/clock.js'
import { systemRandom } from '../../std/random.js'
import { dialThrough } from '../../wire/transport/reach.js'
import type { III } from './client.js'
import { readEnvironment } from './options/identity.js'
import { resolveOptions, type InitOptions } from './options/options.js'
import { installSignalHandlers } from './lifecycle/signal-handlers.js'
import type { ProbeSettings } from './health/health-options.js'
import { REPORT } from './diagnostics/diagnostics.js'
import { Worker } from './worker.js'

/**
 * Creates a worker and connects it to an engine. Returns at once: what is registered before the connection is
 * up is sent when it opens, and again after every reconnect.
 *
 * @param address the engine's WebSocket URL, or a list: the next one is used when one fails. Default: `III_URL`, else
 * `ws://127.0.0.1:49134`.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid address or an option that is off,
 * `INVALID_NAMESPACE` for a blank namespace.
 * @example
 * const worker = registerWorker()
 * worker.registerFunction('greet', ({ name }) => ({ message: `Hello, ${name}!` }))
 */
export function registerWorker(address?: string | readonly string[], options?: InitOptions): III {
  const resolved = resolveOptions(address, options)
  const dial = dialThrough(resolved.given, resolved.addresses)
  const ports = { dial, clock: systemClock, random: systemRandom }
  const worker = new Worker(resolved, ports)
  if (resolved.health !== undefined) void serveProbes(worker, resolved.health)
  if (readEnvironment().drainsOnSignal) installSignalHandlers(worker)
  return worker
}

/** Loaded when first used. A port in use leaves the worker at work; its orchestrator notices the missing probes. */
async function serveProbes(worker: Worker, settings: ProbeSettings): Promise<void> {
  try {
    const { serveHealth } = await import('./health/serve-health.js')
    await serveHealth(worker, settings)
  } catch (error) {
    worker[REPORT]({ kind: 'probes_failed', error })
  }
}
