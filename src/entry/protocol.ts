/** `iii-node/protocol`: the messages of the wire and what they are made from. */
export { MessageType } from '../protocol/names.js'
export { parseMessage } from '../protocol/parse-message.js'
export type { EngineMessage, WorkerMessage } from '../protocol/messages.js'
export type { ErrorBody } from '../errors.js'
export type { JsonSchemaFormat, RegisterFunctionFormat } from '../worker/function-format.js'
export type { RegisterFunctionInput, RegisterFunctionOptions } from '../worker/functions.js'
export { toMessage } from '../worker/register-message.js'
export type {
  Message,
  RegisterFunctionMessage,
  RegisterServiceMessage,
  RegisterTriggerMessage,
  RegisterTriggerTypeMessage,
  RegistrationMessage,
} from '../worker/register-message.js'
export type { RegisterServiceInput } from '../worker/services.js'
export type { RegisterTriggerTypeInput } from '../worker/trigger-types.js'
export type { RegisterTriggerInput } from '../worker/triggers.js'
export type { TriggerRequest } from '../worker/call.js'
