/**
 * The way in: makes a worker with the process's own clock, randomness and sockets.
 */
import { systemClock } from '../../std/time/clock.js'
import { systemRandom } from '../../std/random.js'
import { dialWebSocket } from '../../wire/transport/ws-dial.js'
import type { III } from './client.js'
import { readEnvironment } from './identity.js'
import { resolveOptions, type InitOptions } from './options.js'
import { installSignalHandlers } from './lifecycle/signal-handlers.js'
import { Worker } from './worker.js'

/**
 * Makes a worker and starts connecting it to an engine. Returns at once: what is registered before the connection is
 * up is sent when it opens, and again after every reconnect.
 *
 * @param address the engine's WebSocket URL. Default: `III_URL`, else `ws://127.0.0.1:49134`.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an address that is no URL or an option that is off,
 * `INVALID_NAMESPACE` for a blank namespace.
 * @example
 * const worker = registerWorker()
 * worker.registerFunction('greet', ({ name }) => ({ message: `Hello, ${name}!` }))
 */
export function registerWorker(address?: string, options?: InitOptions): III {
  const ports = { dial: dialWebSocket, clock: systemClock, random: systemRandom }
  const worker = new Worker(resolveOptions(address, options), ports)
  if (readEnvironment().drainsOnSignal) installSignalHandlers(worker)
  return worker
}
