/* eslint-disable */
// prettier-ignore
/**
 * Types of an iii engine's functions, trigger types and streams.
 * Written by `iii-node types`. Changes to this file are lost.
 */
import 'iii-node'

declare module 'iii-node' {
  interface Register {
    functions: IIIFunctions
    triggerTypes: IIITriggerTypes
    streams: IIIStreams
  }
}

/** Functions by their ids. */
export interface IIIFunctions {
  'configuration::get': {
    input: {
      id: string
      /** @default false */
      raw?: boolean | undefined
    }
    output: {
      id: string
      value: unknown
    }
  }
  'configuration::list': {
    input: { [key: string]: unknown }
    output: { configurations: ConfigurationSchemaView[] }
  }
  'configuration::register': {
    input: {
      description: string
      id: string
      initial_value?: unknown
      metadata?: unknown
      name: string
      schema: unknown
    }
    output: {
      description: string
      id: string
      metadata?: unknown
      name: string
      schema?: unknown
      value?: unknown
    }
  }
  'configuration::schema': {
    input: { id: string }
    output: {
      description: string
      id: string
      metadata?: unknown
      name: string
      schema: unknown
    }
  }
  'configuration::set': {
    input: {
      id: string
      value: unknown
    }
    output: {
      new_value: unknown
      old_value?: unknown
    }
  }
  'engine::alerts::evaluate': {
    input: { [key: string]: unknown }
    output: {
      evaluated: boolean
      message?: string | null | undefined
      /** @format int64 */
      timestamp: number
      triggered_alerts?: unknown[] | null | undefined
    }
  }
  'engine::alerts::list': {
    input: { [key: string]: unknown }
    output: {
      alerts: unknown[]
      /** @format uint */
      firing_count: number
      message?: string | null | undefined
      rules?: AlertRule[] | null | undefined
      /** @format int64 */
      timestamp: number
    }
  }
  'engine::baggage::get': {
    input: { key: string }
    output: { value?: string | null | undefined }
  }
  'engine::baggage::get_all': {
    input: { [key: string]: unknown }
    output: { baggage: { [key: string]: string } }
  }
  'engine::baggage::set': {
    input: {
      key: string
      value: string
    }
    output: {
      note: string
      success: boolean
    }
  }
  'engine::channels::create': {
    input: {
      /** @format uint */
      buffer_size?: number | null | undefined
    }
    output: {
      reader: StreamChannelRef
      writer: StreamChannelRef
    }
  }
  'engine::functions::info': {
    input: {
      function_id?: string | null | undefined
      function_ids?: string[] | null | undefined
      namespace?: string | null | undefined
    }
    output: FunctionDetail | FunctionInfoBatch
  }
  'engine::functions::list': {
    input: {
      include_internal?: boolean | null | undefined
      prefix?: string | null | undefined
      search?: string | null | undefined
      worker?: string | null | undefined
      workers?: string[] | null | undefined
    }
    output: { functions: FunctionSummary[] }
  }
  'engine::health::check': {
    input: { [key: string]: unknown }
    output: {
      components: HealthComponentsView
      status: string
      /** @format int64 */
      timestamp: number
      version: string
    }
  }
  'engine::log::debug': {
    input: {
      data?: unknown
      message: string
      service_name?: string | null | undefined
      span_id?: string | null | undefined
      trace_id?: string | null | undefined
    }
    output: any
  }
  'engine::log::error': {
    input: {
      data?: unknown
      message: string
      service_name?: string | null | undefined
      span_id?: string | null | undefined
      trace_id?: string | null | undefined
    }
    output: any
  }
  'engine::log::info': {
    input: {
      data?: unknown
      message: string
      service_name?: string | null | undefined
      span_id?: string | null | undefined
      trace_id?: string | null | undefined
    }
    output: any
  }
  'engine::log::trace': {
    input: {
      data?: unknown
      message: string
      service_name?: string | null | undefined
      span_id?: string | null | undefined
      trace_id?: string | null | undefined
    }
    output: any
  }
  'engine::log::warn': {
    input: {
      data?: unknown
      message: string
      service_name?: string | null | undefined
      span_id?: string | null | undefined
      trace_id?: string | null | undefined
    }
    output: any
  }
  'engine::logs::clear': {
    input: { [key: string]: unknown }
    output: {
      message?: string | null | undefined
      success: boolean
    }
  }
  'engine::logs::list': {
    input: {
      /** @format uint64 */
      end_time?: number | null | undefined
      /** @format uint */
      limit?: number | null | undefined
      /** @format uint */
      offset?: number | null | undefined
      /** @format int32 */
      severity_min?: number | null | undefined
      severity_text?: string | null | undefined
      span_id?: string | null | undefined
      /** @format uint64 */
      start_time?: number | null | undefined
      trace_id?: string | null | undefined
    }
    output: {
      logs: unknown[]
      query?: LogsListQuery | null | undefined
      /** @format int64 */
      timestamp: number
      /** @format uint */
      total: number
    }
  }
  'engine::metrics::list': {
    input: {
      /** @format uint64 */
      aggregate_interval?: number | null | undefined
      /** @format uint64 */
      end_time?: number | null | undefined
      metric_name?: string | null | undefined
      /** @format uint64 */
      start_time?: number | null | undefined
    }
    output: {
      aggregated_metrics: unknown[]
      engine_metrics: EngineMetricsView
      query?: MetricsListQuery | null | undefined
      sdk_metrics: unknown[]
      /** @format int64 */
      timestamp: number
    }
  }
  'engine::queue::dlq_messages': {
    input: {
      /**
       * @format uint64
       * @default 50
       */
      limit?: number | undefined
      /**
       * @format uint64
       * @default 0
       */
      offset?: number | undefined
      topic: string
    }
    output: any
  }
  'engine::queue::dlq_topics': {
    input: any
    output: any
  }
  'engine::queue::list_topics': {
    input: any
    output: any
  }
  'engine::queue::topic_stats': {
    input: { topic: string }
    output: any
  }
  'engine::register_trigger': {
    input: {
      _caller_worker_id?: string | null | undefined
      config?: unknown
      function_id: string
      metadata?: unknown
      trigger_namespace?: string | null | undefined
      trigger_type: string
    }
    output: { id: string }
  }
  'engine::registered-triggers::info': {
    input: { id: string }
    output: {
      config: unknown
      function?: FunctionDetail | null | undefined
      function_id: string
      id: string
      metadata?: unknown
      trigger?: TriggerTypeDetail | null | undefined
      trigger_type: string
      worker_name: string
    }
  }
  'engine::registered-triggers::list': {
    input: {
      function_id?: string | null | undefined
      include_internal?: boolean | null | undefined
      search?: string | null | undefined
      trigger_type?: string | null | undefined
      worker?: string | null | undefined
    }
    output: { registered_triggers: RegisteredTriggerSummary[] }
  }
  'engine::rollups::list': {
    input: {
      /** @format uint64 */
      end_time?: number | null | undefined
      /** @format uint */
      level?: number | null | undefined
      metric_name?: string | null | undefined
      /** @format uint64 */
      start_time?: number | null | undefined
    }
    output: {
      histogram_rollups: unknown[]
      /** @format uint */
      level?: number | null | undefined
      message?: string | null | undefined
      query?: RollupsListQuery | null | undefined
      rollups: unknown[]
      source?: string | null | undefined
      /** @format int64 */
      timestamp: number
    }
  }
  'engine::sampling::rules': {
    input: { [key: string]: unknown }
    output: {
      logs: SamplingLogsView
      /** @format int64 */
      timestamp: number
      traces: SamplingTracesView
    }
  }
  'engine::traces::clear': {
    input: { [key: string]: unknown }
    output: { success: boolean }
  }
  'engine::traces::group_by': {
    input: {
      attribute: string
      include_internal?: boolean | null | undefined
      label_attribute?: string | null | undefined
      /** @format uint32 */
      limit?: number | null | undefined
      /** @format uint64 */
      since_ms?: number | null | undefined
    }
    output: {
      groups: TraceGroup[]
      storage: unknown
    }
  }
  'engine::traces::list': {
    input: {
      attributes?: string[][] | null | undefined
      /** @format uint64 */
      end_time?: number | null | undefined
      exclude_attributes?: string[][] | null | undefined
      include_internal?: boolean | null | undefined
      /** @format uint */
      limit?: number | null | undefined
      /** @format double */
      max_duration_ms?: number | null | undefined
      /** @format double */
      min_duration_ms?: number | null | undefined
      name?: string | null | undefined
      /** @format uint */
      offset?: number | null | undefined
      search_all_spans?: boolean | null | undefined
      service_name?: string | null | undefined
      sort_by?: string | null | undefined
      sort_order?: string | null | undefined
      /** @format uint64 */
      start_time?: number | null | undefined
      status?: string | null | undefined
      trace_id?: string | null | undefined
      trace_ids?: string[] | null | undefined
    }
    output: {
      /** @format uint */
      limit: number
      /** @format uint */
      offset: number
      spans: unknown[]
      storage: unknown
      /** @format uint */
      total: number
    }
  }
  'engine::traces::tree': {
    input: { trace_id: string }
    output: {
      roots: unknown[]
      storage: unknown
    }
  }
  'engine::triggers::info': {
    input: {
      id: string
      namespace?: string | null | undefined
    }
    output: {
      configuration_schema?: unknown
      description: string
      id: string
      /** @format uint */
      instance_count: number
      namespace: string
      request_schema?: unknown
      response_schema?: unknown
      worker_name: string
    }
  }
  'engine::triggers::list': {
    input: {
      include_internal?: boolean | null | undefined
      prefix?: string | null | undefined
      search?: string | null | undefined
      worker?: string | null | undefined
    }
    output: { triggers: TriggerTypeSummary[] }
  }
  'engine::unregister_trigger': {
    input: {
      id: string
      trigger_type?: string | null | undefined
    }
    output: { removed: boolean }
  }
  'engine::workers::info': {
    input: {
      name: string
      namespace?: string | null | undefined
    }
    output: {
      functions: FunctionSummary[]
      registered_triggers: RegisteredTriggerSummary[]
      trigger_types: TriggerTypeSummary[]
      worker: WorkerDetailEnvelope
    }
  }
  'engine::workers::list': {
    input: {
      runtime?: string | null | undefined
      search?: string | null | undefined
      status?: string | null | undefined
    }
    output: { workers: WorkerSummary[] }
  }
  'engine::workers::register': {
    input: {
      _caller_worker_id: string
      description?: string | null | undefined
      isolation?: string | null | undefined
      name?: string | null | undefined
      namespace?: string | null | undefined
      os?: string | null | undefined
      /** @format uint32 */
      pid?: number | null | undefined
      runtime?: string | null | undefined
      telemetry?: WorkerConnectionTelemetryMeta | null | undefined
      version?: string | null | undefined
    }
    output: { success: boolean }
  }
  'iii-cron::on-config-change': {
    input: any
    output: any
  }
  'iii-http::on-config-change': {
    input: any
    output: any
  }
  'iii-observability::on-config-change': {
    input: any
    output: any
  }
  'iii-observability::ui-content': {
    input: any
    output: any
  }
  'iii-pubsub::on-config-change': {
    input: any
    output: any
  }
  'iii-queue::on-config-change': {
    input: any
    output: any
  }
  'iii-state::on-config-change': {
    input: any
    output: any
  }
  'iii-stream::on-config-change': {
    input: any
    output: any
  }
  'iii::durable::publish': {
    input: {
      data: unknown
      topic: string
    }
    output: any
  }
  'iii::queue::discard_message': {
    input: {
      message_id: string
      queue: string
    }
    output: {
      message_id: string
      queue: string
      /** @format uint64 */
      redriven: number
    }
  }
  'iii::queue::redrive': {
    input: { queue: string }
    output: {
      queue: string
      /** @format uint64 */
      redriven: number
    }
  }
  'iii::queue::redrive_message': {
    input: {
      message_id: string
      queue: string
    }
    output: {
      message_id: string
      queue: string
      /** @format uint64 */
      redriven: number
    }
  }
  publish: {
    input: {
      data: unknown
      topic: string
    }
    output: any
  }
  'state::delete': {
    input: {
      key: string
      scope: string
    }
    output: any
  }
  'state::get': {
    input: {
      key: string
      scope: string
    }
    output: any
  }
  'state::list': {
    input: { scope: string }
    output: any
  }
  'state::list_groups': {
    input: { [key: string]: unknown }
    output: { groups: string[] }
  }
  'state::set': {
    input: {
      key: string
      scope: string
      value: unknown
    }
    output: {
      new_value: unknown
      old_value?: unknown
    }
  }
  'state::update': {
    input: {
      key: string
      ops: UpdateOp[]
      scope: string
    }
    output: {
      errors?: UpdateOpError[] | undefined
      new_value: unknown
      old_value?: unknown
    }
  }
  'stream::delete': {
    input: {
      group_id: string
      item_id: string
      stream_name: string
    }
    output: { old_value?: unknown }
  }
  'stream::get': {
    input: {
      group_id: string
      item_id: string
      stream_name: string
    }
    output: any
  }
  'stream::list': {
    input: {
      group_id: string
      stream_name: string
    }
    output: any
  }
  'stream::list_all': {
    input: { [key: string]: unknown }
    output: {
      /** @format uint */
      count: number
      stream: StreamMetadata[]
    }
  }
  'stream::list_groups': {
    input: { stream_name: string }
    output: any
  }
  'stream::send': {
    input: {
      data: unknown
      group_id: string
      id?: string | null | undefined
      stream_name: string
      type: string
    }
    output: any
  }
  'stream::set': {
    input: {
      data: unknown
      group_id: string
      item_id: string
      stream_name: string
    }
    output: {
      new_value: unknown
      old_value?: unknown
    }
  }
  'stream::update': {
    input: {
      group_id: string
      item_id: string
      ops: UpdateOp[]
      stream_name: string
    }
    output: {
      errors?: UpdateOpError[] | undefined
      new_value: unknown
      old_value?: unknown
    }
  }
}

/** Trigger types by their ids. */
export interface IIITriggerTypes {
  configuration: {
    config: {
      condition_function_id?: string | null | undefined
      configuration_id?: string | null | undefined
      event_types?: ConfigurationEventType[] | null | undefined
    }
    request: {
      description: string
      event_type: ConfigurationEventType
      id: string
      metadata?: unknown
      name: string
      new_value?: unknown
      old_value?: unknown
      schema: unknown
      type: string
    }
  }
  cron: {
    config: {
      condition_function_id?: string | null | undefined
      expression: string
    }
    request: {
      actual_time: string
      job_id: string
      scheduled_time: string
      trigger: string
    }
  }
  'durable:subscriber': {
    config: {
      condition_function_id?: string | null | undefined
      queue_config?: unknown
      topic: string
    }
    request: any
  }
  'engine::functions-available': {
    config: any
    request: any
  }
  'engine::workers-available': {
    config: any
    request: any
  }
  http: {
    config: {
      api_path: string
      condition_function_id?: string | null | undefined
      /** @default "GET" */
      http_method?: HttpMethod | null | undefined
    }
    request: {
      body: unknown
      headers: { [key: string]: string }
      method: string
      path: string
      path_params: { [key: string]: string }
      query_params: { [key: string]: string }
    }
  }
  log: {
    config: {
      /** @default "all" */
      level?: LogLevel | null | undefined
    }
    request: {
      attributes: unknown
      body: string
      instrumentation_scope_name: string
      instrumentation_scope_version: string
      /** @format uint64 */
      observed_timestamp_unix_nano: number
      resource: unknown
      service_name: string
      /** @format uint32 */
      severity_number: number
      severity_text: string
      span_id: string
      /** @format uint64 */
      timestamp_unix_nano: number
      trace_id: string
    }
  }
  state: {
    config: {
      condition_function_id?: string | null | undefined
      key?: string | null | undefined
      scope?: string | null | undefined
    }
    request: {
      event_type: StateEventType
      key: string
      new_value: unknown
      old_value?: unknown
      scope: string
      type: string
    }
  }
  stream: {
    config: {
      condition_function_id?: string | null | undefined
      group_id?: string | null | undefined
      item_id?: string | null | undefined
      stream_name?: string | null | undefined
    }
    request: {
      event: unknown
      event_type: string
      group_id: string
      id?: string | null | undefined
      stream_name: string
      /** @format int64 */
      timestamp: number
    }
  }
  'stream:join': {
    config: {
      condition_function_id?: string | null | undefined
      stream_name?: string | null | undefined
    }
    request: {
      event_type: string
      group_id: string
      id?: string | null | undefined
      stream_name: string
      /** @format int64 */
      timestamp: number
    }
  }
  'stream:leave': {
    config: {
      condition_function_id?: string | null | undefined
      stream_name?: string | null | undefined
    }
    request: {
      event_type: string
      group_id: string
      id?: string | null | undefined
      stream_name: string
      /** @format int64 */
      timestamp: number
    }
  }
  subscribe: {
    config: {
      condition_function_id?: string | null | undefined
      topic: string
    }
    request: any
  }
  trace: {
    config: {
      service_name?: string | null | undefined
      status?: string | null | undefined
    }
    request: { trace_ids: string[] }
  }
}

/** Items of streams by the names of the streams. */
export interface IIIStreams {}

export type AlertAction =
  | { type: 'log' }
  | {
      type: 'webhook'
      url: string
    }
  | {
      path: string
      type: 'function'
    }

export type AlertOperator = 'greaterthan' | 'greaterthanorequal' | 'lessthan' | 'lessthanorequal' | 'equal' | 'notequal'

export type AlertRule = {
  /** @default {"type":"log"} */
  action?: AlertAction | undefined
  /**
   * @format uint64
   * @default 60
   */
  cooldown_seconds?: number | undefined
  /** @default true */
  enabled?: boolean | undefined
  metric: string
  name: string
  /** @default "greaterthan" */
  operator?: AlertOperator | undefined
  /** @format double */
  threshold: number
  /**
   * @format uint64
   * @default 60
   */
  window_seconds?: number | undefined
}

export type ChannelDirection = 'read' | 'write'

export type ConfigurationEventType = 'configuration:registered' | 'configuration:updated' | 'configuration:deleted'

export type ConfigurationSchemaView = {
  description: string
  id: string
  metadata?: unknown
  name: string
  schema: unknown
}

export type EngineMetricsView = {
  invocations: InvocationsView
  performance: PerformanceView
  workers: WorkersView
}

export type FunctionDetail = {
  description?: string | null | undefined
  function_id: string
  metadata?: unknown
  namespace: string
  registered_triggers: RegisteredTriggerRef[]
  request_schema?: unknown
  response_schema?: unknown
  worker_name: string
}

export type FunctionInfoBatch = { functions: FunctionInfoEntry[] }

export type FunctionInfoEntry = FunctionDetail | {
  error: string
  function_id: string
}

export type FunctionSummary = {
  description?: string | null | undefined
  function_id: string
  metadata?: unknown
  namespace: string
  worker_name: string
}

export type HealthComponentsView = {
  logs: unknown
  metrics: unknown
  otel: unknown
  spans: unknown
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'HEAD' | 'OPTIONS'

export type InvocationsView = {
  by_function: { [key: string]: number }
  /** @format uint64 */
  deferred: number
  /** @format uint64 */
  error: number
  /** @format uint64 */
  success: number
  /** @format uint64 */
  total: number
}

export type LogLevel = 'all' | 'debug' | 'info' | 'warn' | 'error'

export type LogsListQuery = {
  /** @format uint64 */
  end_time?: number | null | undefined
  /** @format uint */
  limit?: number | null | undefined
  /** @format uint */
  offset?: number | null | undefined
  /** @format int32 */
  severity_min?: number | null | undefined
  severity_text?: string | null | undefined
  span_id?: string | null | undefined
  /** @format uint64 */
  start_time?: number | null | undefined
  trace_id?: string | null | undefined
}

export type MergePath = string | string[]

export type MetricsListQuery = {
  /** @format uint64 */
  aggregate_interval?: number | null | undefined
  /** @format uint64 */
  end_time?: number | null | undefined
  metric_name?: string | null | undefined
  /** @format uint64 */
  start_time?: number | null | undefined
}

export type PerformanceView = {
  /** @format double */
  avg_duration_ms: number
  /** @format double */
  max_duration_ms: number
  /** @format double */
  min_duration_ms: number
  /** @format double */
  p50_duration_ms: number
  /** @format double */
  p95_duration_ms: number
  /** @format double */
  p99_duration_ms: number
}

export type RegisteredTriggerRef = {
  config: unknown
  id: string
  trigger_type: string
}

export type RegisteredTriggerSummary = {
  config: unknown
  config_summary: string
  function_id: string
  id: string
  trigger_type: string
  worker_name: string
}

export type RollupsListQuery = {
  /** @format uint64 */
  end_time?: number | null | undefined
  metric_name?: string | null | undefined
  /** @format uint64 */
  start_time?: number | null | undefined
}

export type SamplingLogsView = {
  /** @format double */
  sampling_ratio: number
}

export type SamplingRuleView = {
  operation?: string | null | undefined
  /** @format double */
  rate: number
  service?: string | null | undefined
}

export type SamplingTracesView = {
  /** @format double */
  default_ratio: number
  parent_based: boolean
  rules: SamplingRuleView[]
}

export type StateEventType = 'state:created' | 'state:updated' | 'state:deleted'

export type StreamChannelRef = {
  access_key: string
  channel_id: string
  direction: ChannelDirection
}

export type StreamMetadata = {
  groups: string[]
  id: string
}

export type TraceGroup = {
  /** @format uint32 */
  duration_ms: number
  /** @format uint32 */
  error_count: number
  /** @format uint64 */
  first_seen_ms: number
  label?: string | null | undefined
  /** @format uint64 */
  last_seen_ms: number
  /** @format uint32 */
  span_count: number
  trace_ids: string[]
  value: string
}

export type TriggerTypeDetail = {
  configuration_schema?: unknown
  description: string
  id: string
  /** @format uint */
  instance_count: number
  namespace: string
  request_schema?: unknown
  response_schema?: unknown
  worker_name: string
}

export type TriggerTypeSummary = {
  description: string
  id: string
  namespace: string
  worker_name: string
}

export type UpdateOp =
  | {
      path: string
      type: 'set'
      value?: unknown
    }
  | {
      path?: MergePath | null | undefined
      type: 'merge'
      value: unknown
    }
  | {
      /** @format int64 */
      by: number
      path: string
      type: 'increment'
    }
  | {
      /** @format int64 */
      by: number
      path: string
      type: 'decrement'
    }
  | {
      path?: MergePath | null | undefined
      type: 'append'
      value: unknown
    }
  | {
      path: string
      type: 'remove'
    }

export type UpdateOpError = {
  code: string
  doc_url?: string | null | undefined
  message: string
  /** @format uint */
  op_index: number
}

export type WorkerConnectionTelemetryMeta = {
  framework?: string | null | undefined
  language?: string | null | undefined
  project_name?: string | null | undefined
}

export type WorkerDetailEnvelope = {
  /** @format uint */
  active_invocations: number
  /** @format uint64 */
  connected_at_ms: number
  description?: string | null | undefined
  /** @format uint */
  function_count: number
  id: string
  internal: boolean
  ip_address?: string | null | undefined
  isolation?: string | null | undefined
  latest_metrics?: WorkerMetrics | null | undefined
  name?: string | null | undefined
  namespace: string
  os?: string | null | undefined
  /** @format uint32 */
  pid?: number | null | undefined
  runtime?: string | null | undefined
  status: string
  version?: string | null | undefined
}

export type WorkerMetrics = {
  /** @format double */
  cpu_percent?: number | null | undefined
  /** @format uint64 */
  cpu_system_micros?: number | null | undefined
  /** @format uint64 */
  cpu_user_micros?: number | null | undefined
  /** @format double */
  event_loop_lag_ms?: number | null | undefined
  /** @format uint64 */
  memory_external?: number | null | undefined
  /** @format uint64 */
  memory_heap_total?: number | null | undefined
  /** @format uint64 */
  memory_heap_used?: number | null | undefined
  /** @format uint64 */
  memory_rss?: number | null | undefined
  runtime: string
  /** @format uint64 */
  timestamp_ms: number
  /** @format uint64 */
  uptime_seconds?: number | null | undefined
}

export type WorkerSummary = {
  /** @format uint */
  active_invocations: number
  /** @format uint64 */
  connected_at_ms: number
  description?: string | null | undefined
  /** @format uint */
  function_count: number
  id: string
  ip_address?: string | null | undefined
  isolation?: string | null | undefined
  name?: string | null | undefined
  namespace: string
  os?: string | null | undefined
  runtime?: string | null | undefined
  status: string
  version?: string | null | undefined
}

export type WorkersView = {
  /** @format uint64 */
  active: number
  /** @format uint64 */
  deaths: number
  /** @format uint64 */
  spawns: number
}
