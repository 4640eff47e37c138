/** Names that the protocol reserves: message types, engine functions and trigger types, the default namespace. */

/** Values of the member `type` of a frame. An enum, as in the official package, so that it serves as type and value. */
// eslint-disable-next-line no-restricted-syntax -- drop-in: the official package exports this enum
export enum MessageType {
  /** A worker registers a function. */
  RegisterFunction = 'registerfunction',
  /** A worker removes a function. */
  UnregisterFunction = 'unregisterfunction',
  /** A worker registers a service. */
  RegisterService = 'registerservice',
  /** A call, from a worker to the engine and from the engine to a worker. */
  InvokeFunction = 'invokefunction',
  /** The result or the error of a call. */
  InvocationResult = 'invocationresult',
  /** A worker provides a trigger type. */
  RegisterTriggerType = 'registertriggertype',
  /** A worker stops providing a trigger type. */
  UnregisterTriggerType = 'unregistertriggertype',
  /** A worker binds a trigger; the engine hands it to the provider of its type. */
  RegisterTrigger = 'registertrigger',
  /** A trigger is removed. */
  UnregisterTrigger = 'unregistertrigger',
  /** Whether a trigger was accepted. */
  TriggerRegistrationResult = 'triggerregistrationresult',
  /** The engine's session info: worker id and reattach token. */
  WorkerRegistered = 'workerregistered',
  /** The engine refused a worker's or a function's name. */
  RegistrationRejected = 'registrationrejected',
  /** A worker continues its session on a new connection. */
  Reattach = 'reattach',
  /** Asks for a `pong`. */
  Ping = 'ping',
  /** Answers a `ping`. */
  Pong = 'pong',
}

/** Id of the engine function that registers a worker. */
export const REGISTER_WORKER = 'engine::workers::register'

/** Id of the engine function that creates a channel. */
export const CREATE_CHANNEL = 'engine::channels::create'

/** Ids of functions of the engine, all in the default namespace. Those above have names of their own for small bundles. */
export const EngineFunctions = {
  LIST_FUNCTIONS: 'engine::functions::list',
  INFO_FUNCTIONS: 'engine::functions::info',
  LIST_WORKERS: 'engine::workers::list',
  INFO_WORKERS: 'engine::workers::info',
  LIST_TRIGGERS: 'engine::triggers::list',
  INFO_TRIGGERS: 'engine::triggers::info',
  LIST_REGISTERED_TRIGGERS: 'engine::registered-triggers::list',
  INFO_REGISTERED_TRIGGERS: 'engine::registered-triggers::info',
  REGISTER_WORKER,
  CREATE_CHANNEL,
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

/** The name of the worker by which a command of this package connects; `id` tells its connections apart. */
export function commandWorkerName(command: string, id: string | number): string {
  return `iii-node-${command}:${String(id)}`
}

/** Whether a worker is the connection of a command of this package. Lists of workers leave these out. */
export function isCommandWorker({ name }: { readonly name?: string | null }): boolean {
  return /^iii-node-[a-z]+:[\da-f]+$/.test(name ?? '')
}

/** Default address of the worker listener of an engine. */
export const DEFAULT_ENGINE_URL = 'ws://127.0.0.1:49134'
