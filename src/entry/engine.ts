/** `iii-node/engine`: ids of the functions and trigger types that the engine itself provides. */
export { EngineFunctions, EngineTriggers } from '../wire/protocol/names.js'
export type { FunctionHandler, RemoteFunctionHandler } from '../sdk/worker/functions/functions.js'
export type { InvocationContext } from '../sdk/worker/invocations/invocation-context.js'
export type { InferOutput, StandardResult } from '../sdk/schema/standard-schema.js'
