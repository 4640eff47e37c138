/**
 * Bindings to the engine's own trigger types, one function per type, so that a wrong config does not compile.
 */
import { checkId, checkRecord } from '../check.js'
import type { BuiltinTriggerInput, TriggerConfigs } from './trigger-configs.js'

/** Options of a binding beside type, function and config. */
export type BindingOptions = {
  metadata?: Record<string, unknown> | undefined
  namespace?: string | undefined
}

/** Creates the argument of `registerTrigger` for one trigger type. */
export type TriggerBinder<TType extends keyof TriggerConfigs> = (
  functionId: string,
  config: TriggerConfigs[TType],
  options?: BindingOptions,
) => BuiltinTriggerInput<TType>

function bind<TType extends keyof TriggerConfigs>(type: TType): TriggerBinder<TType> {
  return (functionId, config, options = {}) => {
    checkRecord('config', config)
    checkRecord('options', options)
    return { ...options, type, function_id: checkId('functionId', functionId), config }
  }
}

/**
 * Creates the argument of `registerTrigger` for each trigger type of the engine.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a blank function id or a config that is not an object.
 * @example
 * worker.registerTrigger(BuiltinTrigger.http('orders::create', { api_path: '/orders', http_method: 'POST' }))
 */
export const BuiltinTrigger = {
  http: bind('http'),
  cron: bind('cron'),
  queue: bind('durable:subscriber'),
  subscribe: bind('subscribe'),
  state: bind('state'),
  stream: bind('stream'),
  streamJoin: bind('stream:join'),
  streamLeave: bind('stream:leave'),
  log: bind('log'),
  trace: bind('trace'),
  configuration: bind('configuration'),
} as const
