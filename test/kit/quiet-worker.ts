/** Workers over real sockets or any other dial, without telemetry and diagnostics. They shut down with their test. */
import { onTestFinished } from 'vitest'
import { systemClock, type Clock } from '../../src/std/time/clock.js'
import { systemRandom } from '../../src/std/random.js'
import type { Dial } from '../../src/wire/transport/transport.js'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { resolveOptions, type InitOptions } from '../../src/sdk/worker/options/options.js'
import { Worker } from '../../src/sdk/worker/worker.js'

export interface Ports {
  readonly dial?: Dial
  readonly clock?: Clock
}

export function quietWorker(url: string, options: InitOptions = {}, { dial, clock }: Ports = {}): Worker {
  const resolved = resolveOptions(url, { diagnostics: 'silent', otel: { enabled: false }, ...options })
  const ports = { dial: dial ?? dialWebSocket, clock: clock ?? systemClock, random: systemRandom }
  const worker = new Worker(resolved, ports)
  onTestFinished(() => worker.shutdown())
  return worker
}
