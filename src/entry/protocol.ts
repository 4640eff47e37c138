/** `iii-node/protocol`: the messages of the wire protocol and their parts. */
export { MessageType } from '../wire/protocol/names.js'
export { parseMessage } from '../wire/protocol/parse-message.js'
export type {
  EngineMessage,
  MessageNamed,
  MessageOf,
  MessageTable,
  WorkerMessage,
  engineMessages,
  workerMessages,
} from '../wire/protocol/messages.js'
export type { ErrorBody } from '../errors.js'
export type { JsonSchemaFormat, RegisterFunctionFormat } from '../sdk/worker/functions/function-format.js'
export type { RegisterFunctionInput, RegisterFunctionOptions } from '../sdk/worker/functions/functions.js'
export { toMessage } from '../sdk/worker/functions/register-message.js'
export type {
  Message,
  RegisterFunctionMessage,
  RegisterServiceMessage,
  RegisterTriggerMessage,
  RegisterTriggerTypeMessage,
  RegistrationMessage,
} from '../sdk/worker/functions/register-message.js'
export type { RegisterServiceInput } from '../sdk/worker/functions/services.js'
export type { RegisterTriggerTypeInput } from '../sdk/worker/triggers/trigger-types.js'
export type { RegisterTriggerInput } from '../sdk/worker/triggers/triggers.js'
export type { TriggerRequest } from '../sdk/worker/calls/trigger-request.js'
export type { Action, Field, FieldType, Infer, RequiredKeys, Shape } from '../wire/protocol/validate.js'
