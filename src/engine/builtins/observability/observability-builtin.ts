/**
 * `iii-observability`: what workers tell of their work, kept in memory for whoever asks.
 */
import type { Builtin, EngineHost } from '../../builtin.js'
import { logFunctions } from './log-functions.js'
import { Logs } from './logs.js'
import type { ObservabilityConfig } from './observability-config.js'

export function createObservabilityBuiltin(host: EngineHost, config: ObservabilityConfig): Builtin {
  const logs = new Logs(host, config.logs)
  return {
    name: 'iii-observability',
    functions: logFunctions(host, config.service, (record) => logs.add(record)),
    triggerTypes: [],
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  }
}
