/** Reads the schemas of an engine by calls to its own functions, over a connection or by the engine itself. */
import { ErrorCode, InvocationError } from '../errors.js'
import { readEngineSchemas, type EngineSchemas } from './engine-schemas.js'
import type { TriggerFunction } from '../sdk/worker/calls/trigger-request.js'
import { listFunctions, listTriggers, listTriggerTypes } from '../sdk/worker/discovery/discovery.js'
import { UnknownOptions } from '../std/text/unknown-options.js'

const LIST_STREAMS = 'stream::list_all'

/** The options that the lists get here are known to them. */
const unknown = new UnknownOptions(() => undefined)

/** Rejects when a list cannot be read to its end. */
export function schemasOf(trigger: TriggerFunction): Promise<EngineSchemas> {
  const parts = { trigger, unknown }
  return readEngineSchemas({
    functions: () => listFunctions(parts, { includeInternal: true }),
    triggerTypes: () => listTriggerTypes(parts, { includeInternal: true }),
    triggers: () => listTriggers(parts),
    // Not called without need: the engine logs calls of functions that it does not have.
    streams: async (functions) =>
      functions.some(({ function_id }) => function_id === LIST_STREAMS) ? streamsOf(trigger) : [],
  })
}

/** An engine in this process, which calls functions by itself. */
export interface InvokingEngine {
  invoke(call: { readonly functionId: string; readonly data: unknown }): Promise<unknown>
}

/** The schemas of an engine in this process. */
export function schemasOfLocal(engine: InvokingEngine): Promise<EngineSchemas> {
  // A call of the engine itself has no type; each list says what its rows are.
  const trigger = (({ function_id: functionId, payload: data }) =>
    engine.invoke({ functionId, data })) as TriggerFunction
  return schemasOf(trigger)
}

/** Streams that have items. An engine may serve none, or hide them. */
async function streamsOf(trigger: TriggerFunction): Promise<{ readonly id: string }[]> {
  try {
    const request = { function_id: LIST_STREAMS, payload: {}, namespace: 'default' }
    const { stream } = await trigger<object, { stream: { id: string }[] }>(request)
    return stream
  } catch (error) {
    const code = error instanceof InvocationError ? error.code : undefined
    if (code === ErrorCode.function_not_found || code === ErrorCode.FORBIDDEN) return []
    throw error
  }
}
