/** `iii-node/protocol`: the messages of the wire and what they are made from. */
export { MessageType } from '../protocol/names.js'
export type { EngineMessage, WorkerMessage } from '../protocol/messages.js'
export type { ErrorBody } from '../errors.js'
export type { RegisterFunctionFormat, RegisterFunctionInput, RegisterFunctionOptions } from '../worker/functions.js'
export type { RegisterServiceInput } from '../worker/services.js'
export type { RegisterTriggerTypeInput } from '../worker/trigger-types.js'
export type { RegisterTriggerInput } from '../worker/triggers.js'
export type { TriggerRequest } from '../worker/call.js'
