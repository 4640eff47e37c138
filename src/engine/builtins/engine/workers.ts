/** Lists workers, and handles worker registration. */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { EngineFunctions } from '../../../wire/protocol/names.js'
import type { Builtin, BuiltinFunction, EngineHost } from '../builtin.js'
import type { EngineParts } from '../../engine-parts.js'
import { announcement } from '../../registry/worker-identity.js'
import {
  detailOfWorker,
  findWorker,
  listWorkers,
  workerDetail,
  workerSummary,
  type BuiltinWorkers,
} from './worker-rows.js'
import { WorkersAvailable } from './workers-available.js'
import { builtinFunction } from '../../declare/function.js'
import { boolean, list, object, optional, string } from '../../declare/schema.js'

/** The name under which functions of the engine itself are listed. */
export const ENGINE_WORKER_NAME = 'iii-engine-functions'

/** A part of the built-in of that name. */
export type CorePart = Pick<Builtin, 'functions' | 'triggerTypes' | 'start' | 'stop'>

export function createWorkersBuiltin(host: EngineHost, parts: EngineParts, builtins: BuiltinWorkers): CorePart {
  const available = new WorkersAvailable(host, parts.sessions)
  return {
    functions: [
      registerWorker(parts),
      builtinFunction({
        id: EngineFunctions.LIST_WORKERS,
        description: 'Lists connected workers and the built-ins of the engine',
        input: object({
          search: optional(string('A text in the name or the description'), null),
          runtime: optional(string('Only workers of this runtime, such as `node`'), null),
          status: optional(string('`connected`, or `available` for built-ins'), null),
        }),
        output: object({ workers: list(workerSummary) }),
        call: (input) => ({ workers: listWorkers(parts, builtins, input) }),
      }),
      builtinFunction({
        id: EngineFunctions.INFO_WORKERS,
        description: 'Describes one worker with its functions, trigger types and triggers',
        input: object({ name: string(), namespace: optional(string(), null) }),
        output: workerDetail,
        call: ({ name, namespace }, { access }) =>
          detailOfWorker(parts, builtins, { ...findWorker(parts, builtins, { name, namespace }), access }),
      }),
    ],
    triggerTypes: [available.type],
    start: () => {
      available.start()
      return Promise.resolve()
    },
    stop: () => {
      available.stop()
      return Promise.resolve()
    },
  }
}

function registerWorker({ sessions }: EngineParts): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.REGISTER_WORKER,
    description: 'Registers a worker with its name, namespace and process data',
    input: announcement,
    output: object({ success: boolean() }),
    call: (input, { callerWorkerId }) => {
      const member = callerWorkerId === undefined ? undefined : sessions.get(callerWorkerId)
      if (member !== undefined) return { success: member.announce(input) }
      const message = 'Only a connected worker can register itself'
      throw new InvocationError({ code: ErrorCode.INVALID_ARGUMENTS, message })
    },
  })
}
