import { expectTypeOf, test } from 'vitest'
import type {
  InitOptions,
  WorkerMetadata,
  WorkerTelemetryMeta,
  TriggerRequest,
  RegisterTriggerInput,
  FunctionInfo,
  FunctionRef,
  TriggerInfo,
  WorkerInfo,
  Trigger,
  ErrorBody,
} from 'iii-node'
import type { RegisterFunctionMessage, RegisterServiceMessage } from 'iii-node/protocol'
import type { HttpInvocationConfig, HttpRequest, HttpResponse } from 'iii-node/helpers/http'
import type { Channel, StreamChannelRef } from 'iii-node/channel'
import type {
  OtelConfig,
  ReconnectionConfig,
  OtelMessage,
  WorkerGaugesOptions,
  WorkerMetrics,
} from 'iii-node/helpers/observability'
import type { EnqueueResult } from 'iii-node/helpers/queue'
import type {
  StreamAuthInput,
  StreamAuthResult,
  StreamChangeEvent,
  StreamChangeEventDetail,
  StreamDeleteInput,
  StreamDeleteResult,
  StreamGetInput,
  StreamJoinLeaveEvent,
  StreamJoinLeaveTriggerConfig,
  StreamJoinResult,
  StreamListGroupsInput,
  StreamListInput,
  StreamSetInput,
  StreamSetResult,
  StreamTriggerConfig,
  StreamUpdateInput,
  StreamUpdateResult,
  UpdateSet,
  UpdateMerge,
  UpdateIncrement,
  UpdateDecrement,
  UpdateAppend,
  UpdateRemove,
  UpdateOpError,
} from 'iii-node/helpers/stream'
import type {
  AuthInput,
  AuthResult,
  OnFunctionRegistrationInput,
  OnFunctionRegistrationResult,
  OnTriggerRegistrationInput,
  OnTriggerRegistrationResult,
  OnTriggerTypeRegistrationInput,
  OnTriggerTypeRegistrationResult,
} from 'iii-node/helpers/worker-connection-manager'

test('every field of the Rust SDK has its counterpart', () => {
  expectTypeOf<InitOptions>().toHaveProperty('metadata')
  expectTypeOf<InitOptions>().toHaveProperty('otel')
  expectTypeOf<Record<string, string>>().toExtend<InitOptions['headers']>()
  expectTypeOf<
    Pick<WorkerMetadata, 'runtime' | 'version' | 'name' | 'os' | 'pid' | 'telemetry' | 'isolation'>
  >().toEqualTypeOf<{
    runtime: string
    version: string
    name: string
    os: string
    pid?: number
    telemetry?: WorkerMetadata['telemetry']
    isolation?: string | null
  }>()
  expectTypeOf<
    Pick<WorkerTelemetryMeta, 'language' | 'framework' | 'project_name' | 'amplitude_api_key'>
  >().toEqualTypeOf<{
    language?: string
    framework?: string
    project_name?: string
    amplitude_api_key?: string
  }>()
  expectTypeOf<Pick<TriggerRequest, 'function_id' | 'payload' | 'action' | 'timeout_ms'>>().toEqualTypeOf<{
    function_id: string
    payload: TriggerRequest['payload']
    action?: TriggerRequest['action']
    timeout_ms?: number
  }>()
  expectTypeOf<Pick<RegisterTriggerInput, 'type' | 'function_id' | 'config' | 'metadata'>>().toEqualTypeOf<{
    type: string
    function_id: string
    config: unknown
    metadata?: Record<string, unknown>
  }>()
  expectTypeOf<
    Pick<
      RegisterFunctionMessage,
      'id' | 'description' | 'request_format' | 'response_format' | 'metadata' | 'invocation'
    >
  >().toEqualTypeOf<{
    id: string
    description?: string
    request_format?: RegisterFunctionMessage['request_format']
    response_format?: RegisterFunctionMessage['response_format']
    metadata?: Record<string, unknown>
    invocation?: RegisterFunctionMessage['invocation']
  }>()
  expectTypeOf<Pick<RegisterServiceMessage, 'id' | 'name' | 'description' | 'parent_service_id'>>().toEqualTypeOf<{
    id: string
    name?: string
    description?: string
    parent_service_id?: string
  }>()
  expectTypeOf<Pick<HttpInvocationConfig, 'url' | 'method' | 'timeout_ms' | 'headers' | 'auth'>>().toEqualTypeOf<{
    url: string
    method?: HttpInvocationConfig['method']
    timeout_ms?: number
    headers?: Record<string, string>
    auth?: HttpInvocationConfig['auth']
  }>()
  expectTypeOf<
    Pick<HttpRequest, 'query_params' | 'path_params' | 'headers' | 'path' | 'method' | 'body'>
  >().toEqualTypeOf<{
    query_params: Record<string, string | string[]>
    path_params: Record<string, string>
    headers: Record<string, string | string[]>
    path?: string
    method: string
    body: HttpRequest['body']
  }>()
  expectTypeOf<Pick<HttpResponse, 'status_code' | 'headers' | 'body'>>().toEqualTypeOf<{
    status_code: HttpResponse['status_code']
    headers?: Record<string, string>
    body?: HttpResponse['body']
  }>()
  expectTypeOf<Pick<Channel, 'writer' | 'reader' | 'writerRef' | 'readerRef'>>().toEqualTypeOf<{
    writer: Channel['writer']
    reader: Channel['reader']
    writerRef: Channel['writerRef']
    readerRef: Channel['readerRef']
  }>()
  expectTypeOf<Pick<StreamChannelRef, 'channel_id' | 'access_key' | 'direction'>>().toEqualTypeOf<{
    channel_id: string
    access_key: string
    direction: StreamChannelRef['direction']
  }>()
  expectTypeOf<
    Pick<FunctionInfo, 'function_id' | 'description' | 'request_format' | 'response_format' | 'metadata'>
  >().toEqualTypeOf<{
    function_id: string
    description?: string
    request_format?: unknown
    response_format?: unknown
    metadata?: unknown
  }>()
  expectTypeOf<Pick<FunctionRef, 'id' | 'unregister'>>().toEqualTypeOf<{
    id: string
    unregister: FunctionRef['unregister']
  }>()
  expectTypeOf<Pick<TriggerInfo, 'id' | 'trigger_type' | 'function_id' | 'config' | 'metadata'>>().toEqualTypeOf<{
    id: string
    trigger_type: string
    function_id: string
    config: unknown
    metadata?: unknown
  }>()
  expectTypeOf<
    Pick<
      WorkerInfo,
      | 'id'
      | 'name'
      | 'runtime'
      | 'version'
      | 'os'
      | 'ip_address'
      | 'status'
      | 'connected_at_ms'
      | 'function_count'
      | 'functions'
      | 'active_invocations'
      | 'isolation'
    >
  >().toEqualTypeOf<{
    id: string
    name?: string | null
    runtime?: string | null
    version?: string | null
    os?: string | null
    ip_address?: string | null
    status: string
    connected_at_ms: number
    function_count: number
    functions: string[]
    active_invocations: number
    isolation?: string | null
  }>()
  expectTypeOf<Pick<Trigger, 'unregister'>>().toEqualTypeOf<{
    unregister: Trigger['unregister']
  }>()
  expectTypeOf<Pick<ErrorBody, 'code' | 'message' | 'stacktrace'>>().toEqualTypeOf<{
    code: string
    message: string
    stacktrace?: string
  }>()
  expectTypeOf<
    Pick<
      OtelConfig,
      | 'enabled'
      | 'serviceName'
      | 'serviceVersion'
      | 'serviceNamespace'
      | 'serviceInstanceId'
      | 'engineWsUrl'
      | 'metricsEnabled'
      | 'metricsExportIntervalMs'
      | 'reconnectionConfig'
      | 'shutdownTimeoutMs'
      | 'channelCapacity'
      | 'spansFlushIntervalMs'
      | 'logsEnabled'
      | 'logsFlushIntervalMs'
      | 'logsBatchSize'
      | 'fetchInstrumentationEnabled'
    >
  >().toEqualTypeOf<{
    enabled?: boolean
    serviceName?: string
    serviceVersion?: string
    serviceNamespace?: string
    serviceInstanceId?: string
    engineWsUrl?: string
    metricsEnabled?: boolean
    metricsExportIntervalMs?: number
    reconnectionConfig?: OtelConfig['reconnectionConfig']
    shutdownTimeoutMs?: number
    channelCapacity?: number
    spansFlushIntervalMs?: number
    logsEnabled?: boolean
    logsFlushIntervalMs?: number
    logsBatchSize?: number
    fetchInstrumentationEnabled?: boolean
  }>()
  expectTypeOf<
    Pick<
      ReconnectionConfig,
      'initialDelayMs' | 'maxDelayMs' | 'backoffMultiplier' | 'jitterFactor' | 'maxRetries' | 'maxPendingMessages'
    >
  >().toEqualTypeOf<{
    initialDelayMs: number
    maxDelayMs: number
    backoffMultiplier: number
    jitterFactor: number
    maxRetries: number
    maxPendingMessages?: number
  }>()
  expectTypeOf<Pick<OtelMessage, 'prefix' | 'data'>>().toEqualTypeOf<{
    readonly prefix: OtelMessage['prefix']
    readonly data: OtelMessage['data']
  }>()
  expectTypeOf<Pick<WorkerGaugesOptions, 'workerId' | 'workerName'>>().toEqualTypeOf<{
    workerId: string
    workerName?: string
  }>()
  expectTypeOf<
    Pick<WorkerMetrics, 'memory_rss' | 'memory_virtual' | 'cpu_percent' | 'uptime_seconds' | 'timestamp_ms' | 'runtime'>
  >().toEqualTypeOf<{
    memory_rss?: number
    memory_virtual?: number
    cpu_percent?: number
    uptime_seconds?: number
    timestamp_ms: number
    runtime: string
  }>()
  expectTypeOf<Pick<EnqueueResult, 'messageReceiptId'>>().toEqualTypeOf<{
    messageReceiptId: string
  }>()
  expectTypeOf<Pick<StreamAuthInput, 'headers' | 'path' | 'query_params' | 'addr'>>().toEqualTypeOf<{
    headers: Record<string, string>
    path: string
    query_params: Record<string, string[]>
    addr: string
  }>()
  expectTypeOf<Pick<StreamAuthResult, 'context'>>().toEqualTypeOf<{
    context?: StreamAuthResult['context']
  }>()
  expectTypeOf<
    Pick<StreamChangeEvent, 'type' | 'timestamp' | 'streamName' | 'groupId' | 'id' | 'event'>
  >().toEqualTypeOf<{
    type: 'stream'
    timestamp: number
    streamName: string
    groupId: string
    id?: string
    event: StreamChangeEvent['event']
  }>()
  expectTypeOf<Pick<StreamChangeEventDetail, 'type' | 'data'>>().toEqualTypeOf<{
    type: StreamChangeEventDetail['type']
    data: StreamChangeEventDetail['data']
  }>()
  expectTypeOf<Pick<StreamDeleteInput, 'stream_name' | 'group_id' | 'item_id'>>().toEqualTypeOf<{
    stream_name: string
    group_id: string
    item_id: string
  }>()
  expectTypeOf<Pick<StreamDeleteResult, 'old_value'>>().toEqualTypeOf<{
    old_value?: StreamDeleteResult['old_value']
  }>()
  expectTypeOf<Pick<StreamGetInput, 'stream_name' | 'group_id' | 'item_id'>>().toEqualTypeOf<{
    stream_name: string
    group_id: string
    item_id: string
  }>()
  expectTypeOf<
    Pick<StreamJoinLeaveEvent, 'subscription_id' | 'stream_name' | 'group_id' | 'id' | 'context'>
  >().toEqualTypeOf<{
    subscription_id: string
    stream_name: string
    group_id: string
    id?: string
    context?: StreamJoinLeaveEvent['context']
  }>()
  expectTypeOf<Pick<StreamJoinLeaveTriggerConfig, 'stream_name' | 'condition_function_id'>>().toEqualTypeOf<{
    stream_name?: string
    condition_function_id?: string
  }>()
  expectTypeOf<Pick<StreamJoinResult, 'unauthorized'>>().toEqualTypeOf<{
    unauthorized: boolean
  }>()
  expectTypeOf<Pick<StreamListGroupsInput, 'stream_name'>>().toEqualTypeOf<{
    stream_name: string
  }>()
  expectTypeOf<Pick<StreamListInput, 'stream_name' | 'group_id'>>().toEqualTypeOf<{
    stream_name: string
    group_id: string
  }>()
  expectTypeOf<Pick<StreamSetInput, 'stream_name' | 'group_id' | 'item_id' | 'data'>>().toEqualTypeOf<{
    stream_name: string
    group_id: string
    item_id: string
    data: StreamSetInput['data']
  }>()
  expectTypeOf<Pick<StreamSetResult<unknown>, 'old_value' | 'new_value'>>().toEqualTypeOf<{
    old_value?: StreamSetResult<unknown>['old_value']
    new_value: StreamSetResult<unknown>['new_value']
  }>()
  expectTypeOf<
    Pick<StreamTriggerConfig, 'stream_name' | 'group_id' | 'item_id' | 'condition_function_id'>
  >().toEqualTypeOf<{
    stream_name: string
    group_id?: string
    item_id?: string
    condition_function_id?: string
  }>()
  expectTypeOf<Pick<StreamUpdateInput, 'stream_name' | 'group_id' | 'item_id' | 'ops'>>().toEqualTypeOf<{
    stream_name: string
    group_id: string
    item_id: string
    ops: StreamUpdateInput['ops']
  }>()
  expectTypeOf<Pick<StreamUpdateResult<unknown>, 'old_value' | 'new_value' | 'errors'>>().toEqualTypeOf<{
    old_value?: StreamUpdateResult<unknown>['old_value']
    new_value: StreamUpdateResult<unknown>['new_value']
    errors?: StreamUpdateResult<unknown>['errors']
  }>()
  expectTypeOf<Pick<UpdateSet, 'path' | 'value'>>().toEqualTypeOf<{
    path: string
    value: UpdateSet['value']
  }>()
  expectTypeOf<Pick<UpdateMerge, 'path' | 'value'>>().toEqualTypeOf<{
    path?: UpdateMerge['path']
    value: UpdateMerge['value']
  }>()
  expectTypeOf<Pick<UpdateIncrement, 'path' | 'by'>>().toEqualTypeOf<{
    path: string
    by: number
  }>()
  expectTypeOf<Pick<UpdateDecrement, 'path' | 'by'>>().toEqualTypeOf<{
    path: string
    by: number
  }>()
  expectTypeOf<Pick<UpdateAppend, 'path' | 'value'>>().toEqualTypeOf<{
    path?: UpdateAppend['path']
    value: UpdateAppend['value']
  }>()
  expectTypeOf<Pick<UpdateRemove, 'path'>>().toEqualTypeOf<{
    path: string
  }>()
  expectTypeOf<Pick<UpdateOpError, 'op_index' | 'code' | 'message' | 'doc_url'>>().toEqualTypeOf<{
    op_index: number
    code: string
    message: string
    doc_url?: string
  }>()
  expectTypeOf<Pick<AuthInput, 'headers' | 'query_params' | 'ip_address'>>().toEqualTypeOf<{
    headers: Record<string, string>
    query_params: Record<string, string[]>
    ip_address: string
  }>()
  expectTypeOf<
    Pick<
      AuthResult,
      | 'allowed_functions'
      | 'forbidden_functions'
      | 'allowed_trigger_types'
      | 'allow_trigger_type_registration'
      | 'allow_function_registration'
      | 'context'
      | 'function_registration_prefix'
    >
  >().toEqualTypeOf<{
    allowed_functions?: string[]
    forbidden_functions?: string[]
    allowed_trigger_types?: string[]
    allow_trigger_type_registration?: boolean
    allow_function_registration?: boolean
    context?: Record<string, unknown>
    function_registration_prefix?: string
  }>()
  expectTypeOf<
    Pick<OnFunctionRegistrationInput, 'function_id' | 'description' | 'metadata' | 'context'>
  >().toEqualTypeOf<{
    function_id: string
    description?: string
    metadata?: Record<string, unknown>
    context: Record<string, unknown>
  }>()
  expectTypeOf<Pick<OnFunctionRegistrationResult, 'function_id' | 'description' | 'metadata'>>().toEqualTypeOf<{
    function_id?: string
    description?: string
    metadata?: Record<string, unknown>
  }>()
  expectTypeOf<
    Pick<OnTriggerRegistrationInput, 'trigger_id' | 'trigger_type' | 'function_id' | 'config' | 'metadata' | 'context'>
  >().toEqualTypeOf<{
    trigger_id: string
    trigger_type: string
    function_id: string
    config: unknown
    metadata?: Record<string, unknown>
    context: Record<string, unknown>
  }>()
  expectTypeOf<
    Pick<OnTriggerRegistrationResult, 'trigger_id' | 'trigger_type' | 'function_id' | 'config'>
  >().toEqualTypeOf<{
    trigger_id?: string
    trigger_type?: string
    function_id?: string
    config?: unknown
  }>()
  expectTypeOf<Pick<OnTriggerTypeRegistrationInput, 'trigger_type_id' | 'description' | 'context'>>().toEqualTypeOf<{
    trigger_type_id: string
    description: string
    context: Record<string, unknown>
  }>()
  expectTypeOf<Pick<OnTriggerTypeRegistrationResult, 'trigger_type_id' | 'description'>>().toEqualTypeOf<{
    trigger_type_id?: string
    description?: string
  }>()
})
