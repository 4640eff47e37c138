/** `iii-node/trigger`: types to bind a trigger and to provide a trigger type. */
export { BuiltinTrigger } from '../sdk/worker/triggers/bind-builtin.js'
export type { BindingOptions, TriggerBinder } from '../sdk/worker/triggers/bind-builtin.js'
export type {
  BuiltinTriggerInput,
  ConditionConfig,
  ConfigurationEventType,
  ConfigurationTriggerConfig,
  CronEvent,
  CronTriggerConfig,
  DurableSubscriberTriggerConfig,
  HttpTriggerConfig,
  LogTriggerConfig,
  StateTriggerConfig,
  StreamJoinLeaveTriggerConfig,
  StreamTriggerConfig,
  SubscribeTriggerConfig,
  SubscriberQueueConfig,
  TraceEvent,
  TraceTriggerConfig,
  TriggerConfigs,
} from '../sdk/worker/triggers/trigger-configs.js'
export type { TriggerConfig, TriggerHandler } from '../sdk/worker/triggers/trigger-types.js'
export type { OwnedTrigger, Trigger } from '../sdk/worker/triggers/triggers.js'
