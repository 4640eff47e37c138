/**
 * The built-ins of every engine, whatever its configuration: lists of workers, functions and triggers, and channels.
 */
import type { Builtin, EngineHost } from '../builtin.js'
import type { EngineParts } from '../../engine-parts.js'
import { createChannelFunction } from './channels.js'
import { createFunctionsBuiltin } from './functions.js'
import { createTriggersBuiltin } from './triggers.js'
import type { BuiltinWorkers } from './worker-rows.js'
import { createWorkersBuiltin, ENGINE_WORKER_NAME } from './workers.js'

export function createCoreBuiltin(host: EngineHost, parts: EngineParts, builtins: BuiltinWorkers): Builtin {
  const members = [
    createWorkersBuiltin(host, parts, builtins),
    createFunctionsBuiltin(host, parts),
    createTriggersBuiltin(parts),
  ]
  return {
    name: ENGINE_WORKER_NAME,
    description: 'Lists workers, functions and triggers, and creates channels',
    functions: [...members.flatMap(({ functions }) => functions), createChannelFunction(parts.channels)],
    triggerTypes: members.flatMap(({ triggerTypes }) => triggerTypes),
    start: async () => {
      for (const member of members) await member.start()
    },
    stop: async () => {
      for (const member of members) await member.stop()
    },
  }
}
