/** Names that the protocol reserves: message types, engine functions and trigger types, the default namespace. */

/** Values of the member `type` of a frame. An enum, as in the official package, so that it serves as type and value. */
// eslint-disable-next-line no-restricted-syntax -- drop-in: the official package exports this enum
export enum MessageType {
  RegisterFunction = 'registerfunction',
  UnregisterFunction = 'unregisterfunction',
  RegisterService = 'registerservice',
  InvokeFunction = 'invokefunction',
  InvocationResult = 'invocationresult',
  RegisterTriggerType = 'registertriggertype',
  UnregisterTriggerType = 'unregistertriggertype',
  RegisterTrigger = 'registertrigger',
  UnregisterTrigger = 'unregistertrigger',
  TriggerRegistrationResult = 'triggerregistrationresult',
  WorkerRegistered = 'workerregistered',
  RegistrationRejected = 'registrationrejected',
  Reattach = 'reattach',
  Ping = 'ping',
  Pong = 'pong',
}

/** Ids of functions of the engine, all in the default namespace. */
export const EngineFunctions = {
  LIST_FUNCTIONS: 'engine::functions::list',
  INFO_FUNCTIONS: 'engine::functions::info',
  LIST_WORKERS: 'engine::workers::list',
  INFO_WORKERS: 'engine::workers::info',
  LIST_TRIGGERS: 'engine::triggers::list',
  INFO_TRIGGERS: 'engine::triggers::info',
  LIST_REGISTERED_TRIGGERS: 'engine::registered-triggers::list',
  INFO_REGISTERED_TRIGGERS: 'engine::registered-triggers::info',
  REGISTER_WORKER: 'engine::workers::register',
  CREATE_CHANNEL: 'engine::channels::create',
  REGISTER_TRIGGER: 'engine::register_trigger',
  UNREGISTER_TRIGGER: 'engine::unregister_trigger',
} as const

/** Trigger types of the engine. */
export const EngineTriggers = {
  FUNCTIONS_AVAILABLE: 'engine::functions-available',
  WORKERS_AVAILABLE: 'engine::workers-available',
  LOG: 'log',
} as const

/** The namespace used if none is given. */
export const DEFAULT_NAMESPACE = 'default'

/** The error for a blank namespace. */
export function blankNamespace(member: string): string {
  return `\`${member}\` is empty. Set it, or omit it to use \`${DEFAULT_NAMESPACE}\`.`
}

/** Ids with this prefix belong to the engine and exist in the default namespace only. */
export const ENGINE_PREFIX = 'engine::'

/** The member that the engine adds to object payloads of calls between workers. */
export const CALLER_WORKER_ID = '_caller_worker_id'

/** Default address of the worker listener of an engine. */
export const DEFAULT_ENGINE_URL = 'ws://127.0.0.1:49134'
