/**
 * Registrations as objects that say what they are, and the frames of the wire they stand for.
 */
import { invalidArgument } from '../../../errors.js'
import { MessageType } from '../../../wire/protocol/names.js'
import type { MessageNamed, WorkerMessage } from '../../../wire/protocol/messages.js'
import { checkId, checkNamespace, checkRecord } from '../check.js'
import type { RegisterFunctionInput } from './functions.js'
import type { RegisterServiceInput } from './services.js'
import type { RegisterTriggerTypeInput } from '../triggers/trigger-types.js'
import type { RegisterTriggerInput } from '../triggers/triggers.js'

/** A function to register, as a message of its own kind. */
export type RegisterFunctionMessage = RegisterFunctionInput & { message_type: MessageType.RegisterFunction }
/** A trigger to register, as a message of its own kind. */
export type RegisterTriggerMessage = RegisterTriggerInput & { id: string; message_type: MessageType.RegisterTrigger }
/** A trigger type to register, as a message of its own kind. */
export type RegisterTriggerTypeMessage = RegisterTriggerTypeInput & { message_type: MessageType.RegisterTriggerType }
/** A service to register, as a message of its own kind. */
export type RegisterServiceMessage = RegisterServiceInput & { message_type: MessageType.RegisterService }

/** Argument of `toMessage`. */
export type RegistrationMessage =
  RegisterFunctionMessage | RegisterTriggerMessage | RegisterTriggerTypeMessage | RegisterServiceMessage

/** Registration messages. */
export type Message = MessageNamed<
  WorkerMessage,
  'registerfunction' | 'registertrigger' | 'registertriggertype' | 'registerservice'
>

/**
 * Creates the message for a registration.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a `message_type` that registers nothing, or a blank id.
 */
export function toMessage(registration: RegistrationMessage): Message {
  checkRecord('registration', registration)
  checkId('id', registration.id)
  return withoutUndefined(frameOf(registration))
}

function frameOf(registration: RegistrationMessage): Message {
  switch (registration.message_type) {
    case MessageType.RegisterFunction: {
      const { message_type, ...input } = registration
      return { type: message_type, ...input }
    }
    case MessageType.RegisterTrigger: {
      const { message_type, type, config, ...input } = registration
      checkNamespace('namespace', input.namespace)
      // The engine drops a frame without the key.
      return { type: message_type, trigger_type: checkId('type', type), config: config ?? null, ...input }
    }
    case MessageType.RegisterTriggerType: {
      const { message_type, ...input } = registration
      return { type: message_type, ...input }
    }
    case MessageType.RegisterService: {
      const { message_type, ...input } = registration
      return { type: message_type, ...input }
    }
    default: {
      const { message_type } = registration as { readonly message_type?: unknown }
      throw invalidArgument('message_type', 'one of the registrations in MessageType', message_type)
    }
  }
}

function withoutUndefined<T extends object>(message: T): T {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)) as T
}
