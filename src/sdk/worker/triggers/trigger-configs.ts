/**
 * Configs of the trigger types that the engine provides, what bound functions receive, and a way to write a binding
 * whose config is checked by the compiler. Knows types of the engine, not who binds them.
 */
import type { RegisterTriggerInput } from './triggers.js'

/** Config of a condition: a function that filters events. */
export interface ConditionConfig {
  /** Id of a function that receives the same payload first. If it returns `false`, the event is skipped. */
  condition_function_id?: string | undefined
}

/** `http`: runs a function for a method and a path. */
export interface HttpTriggerConfig extends ConditionConfig {
  /** Segments that begin with `:` are parameters; there are no wildcards. */
  api_path: string
  /** In any letter case. Default `GET`. */
  http_method?: string | undefined
  /** Ids of functions that receive a request before the handler, in order. */
  middleware_function_ids?: string[] | undefined
}

/** `cron`: runs a function at given times, in UTC; weekday 1 is Sunday. */
export interface CronTriggerConfig extends ConditionConfig {
  /**
   * Six or seven fields: `sec min hour day month weekday [year]`, or `@hourly`, `@daily` … Weekday 1 is Sunday on this
   * engine, 7 is Saturday; in most other crons 1 is Monday. Write names: `0 0 9 * * MON-FRI`.
   */
  expression: string
}
/** Payload of a function bound to `cron`. */
export type CronEvent = { trigger: 'cron'; job_id: string; scheduled_time: string; actual_time: string }

/** How a topic's messages reach one subscriber. Times in milliseconds. */
export interface SubscriberQueueConfig {
  /** `fifo` delivers one message after the other. Default: `standard`, several at once. */
  type?: 'fifo' | 'standard' | undefined
  /** Retries after the first attempt. Default: 2. */
  maxRetries?: number | undefined
  /** Concurrent deliveries. Default: 10; `fifo` has 1. */
  concurrency?: number | undefined
  /** Delay before the first retry, doubled for each further one. Default: 1000. */
  backoffDelayMs?: number | undefined
  /** Brokers other than the built-in one may use these. */
  maxPriority?: number | undefined
  /** Ignored by the built-in broker. */
  visibilityTimeout?: number | undefined
  /** Ignored by the built-in broker. */
  delaySeconds?: number | undefined
  /** Ignored by the built-in broker. */
  backoffType?: string | undefined
}
/** `durable:subscriber`: runs a function for each message of a topic, with retries. */
export interface DurableSubscriberTriggerConfig extends ConditionConfig {
  /** The topic to subscribe to. */
  topic: string
  /** Queue settings of this subscriber. */
  queue_config?: SubscriberQueueConfig | undefined
}

/** `subscribe`: runs a function for each message of a topic, without retries. */
export interface SubscribeTriggerConfig {
  /** The topic to subscribe to. */
  topic: string
}

/** `state`: runs a function after a value has changed. Omitted members match everything. */
export interface StateTriggerConfig extends ConditionConfig {
  /** The scope of the values. */
  scope?: string | undefined
  /** The key of the values within their scope. */
  key?: string | undefined
}

/** `stream`: runs a function after an item has changed. Omitted members match everything. */
export interface StreamTriggerConfig extends ConditionConfig {
  /** The stream. */
  stream_name: string
  /** The group of the items. */
  group_id?: string | undefined
  /** The item. */
  item_id?: string | undefined
}

/** `stream:join` and `stream:leave`: every trigger fires for every stream. `stream_name` does not filter. */
export interface StreamJoinLeaveTriggerConfig extends ConditionConfig {
  /** The stream; not used as a filter. */
  stream_name?: string | undefined
}

/** `log`: runs a function for each log record of exactly this level. */
export interface LogTriggerConfig {
  /** Default `all`. */
  level?: 'all' | 'trace' | 'debug' | 'info' | 'warn' | 'error' | undefined
}

/** `trace`: runs a function for traces that have ended. Omitted members match everything. */
export interface TraceTriggerConfig {
  /** The service that made the spans. */
  service_name?: string | undefined
  /** The status of the spans. */
  status?: string | undefined
}
/** Payload of a function bound to `trace`. */
export type TraceEvent = { trace_ids: string[] }

/** Kinds of changes of a configuration entry. */
export type ConfigurationEventType = 'configuration:registered' | 'configuration:updated' | 'configuration:deleted'
/** `configuration`: runs a function after a configuration entry has changed. Omitted members match everything. */
export interface ConfigurationTriggerConfig extends ConditionConfig {
  /** The configuration entry. */
  configuration_id?: string | undefined
  /** The kinds of change. */
  event_types?: ConfigurationEventType[] | undefined
}

/** Configs of the trigger types of the engine, by type. */
export interface TriggerConfigs {
  /** HTTP requests. */
  http: HttpTriggerConfig
  /** Schedules. */
  cron: CronTriggerConfig
  /** Messages of a topic, retried. */
  'durable:subscriber': DurableSubscriberTriggerConfig
  /** Messages of a topic, delivered once. */
  subscribe: SubscribeTriggerConfig
  /** Changes of state values. */
  state: StateTriggerConfig
  /** Changes of stream items. */
  stream: StreamTriggerConfig
  /** Clients that join a stream. */
  'stream:join': StreamJoinLeaveTriggerConfig
  /** Clients that leave a stream. */
  'stream:leave': StreamJoinLeaveTriggerConfig
  /** Log records. */
  log: LogTriggerConfig
  /** Traces that have ended. */
  trace: TraceTriggerConfig
  /** Changes of configuration entries. */
  configuration: ConfigurationTriggerConfig
  /** Changes of the set of registered functions. */
  'engine::functions-available': Record<string, never>
  /** Changes of the set of connected workers. */
  'engine::workers-available': Record<string, never>
}

/** A binding to a trigger type of the engine. */
export type BuiltinTriggerInput<TType extends keyof TriggerConfigs> = RegisterTriggerInput & {
  type: TType
  config: TriggerConfigs[TType]
}
