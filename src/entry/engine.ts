/** `iii-node/engine`: ids of the functions and trigger types that the engine provides. */
export { EngineFunctions, EngineTriggers } from '../wire/protocol/names.js'
export type { FunctionHandler, RemoteFunctionHandler } from '../sdk/worker/functions/functions.js'
export type { InvocationContext } from '../sdk/worker/invocations/invocation-context.js'
