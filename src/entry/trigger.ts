/** `iii-node/trigger`: what binding a trigger and providing a trigger type involve. */
export { BuiltinTrigger } from '../worker/bind-builtin.js'
export type { BindingOptions } from '../worker/bind-builtin.js'
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
} from '../worker/trigger-configs.js'
export type { TriggerConfig, TriggerHandler } from '../worker/trigger-types.js'
export type { OwnedTrigger, Trigger } from '../worker/triggers.js'
