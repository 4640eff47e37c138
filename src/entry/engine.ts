/** `iii-node/engine`: ids of the functions and trigger types that the engine itself provides. */
export { EngineFunctions, EngineTriggers } from '../protocol/names.js'
export type { FunctionHandler, RemoteFunctionHandler } from '../worker/functions.js'
export type { InvocationContext } from '../worker/invocation-context.js'
