/** The root entry of the package: exports what the file of a worker needs. */
export { registerWorker } from './sdk/worker/register-worker.js'
export { TriggerAction } from './sdk/worker/calls/trigger-request.js'
export type { CanTrigger, EnqueueResult, TriggerFunction, TriggerRequest } from './sdk/worker/calls/trigger-request.js'
export type { III, IIIClient, TriggerTypeRef } from './sdk/worker/client.js'
export { defineFunction, defineTriggerType } from './sdk/worker/functions/contract.js'
export type {
  DefinedTriggerType,
  FunctionContract,
  MaybeSchema,
  TriggerTypeContract,
} from './sdk/worker/functions/contract.js'
export type {
  ContractArguments,
  ContractCallOptions,
  ContractClient,
  ContractTrigger,
} from './sdk/worker/calls/contract-call.js'
export type {
  DiagnosticEvent,
  DiagnosticsOption,
  InvalidValue,
  SlowHandler,
} from './sdk/worker/diagnostics/diagnostics.js'
export type {
  FunctionInfo,
  ListFunctionsOptions,
  ListTriggersOptions,
  ListTriggerTypesOptions,
  ListWorkersOptions,
  TriggerInfo,
  TriggerTypeInfo,
  WorkerInfo,
} from './sdk/worker/discovery/discovery.js'
export type {
  FunctionFormats,
  JsonSchemaFormat,
  RegisterFunctionFormat,
} from './sdk/worker/functions/function-format.js'
export type { FunctionsAvailableGuard } from './sdk/worker/discovery/functions-available.js'
export type {
  FunctionHandler,
  FunctionRef,
  OwnedFunctionRef,
  RegisterFunctionInput,
  RegisterFunctionOptions,
  RemoteFunctionHandler,
} from './sdk/worker/functions/functions.js'
export type { StreamRequest, StreamResponse } from './sdk/worker/invocations/http-request.js'
export type { HttpAuthConfig, HttpInvocationConfig, HttpMethod } from './sdk/worker/functions/http-invocation.js'
export type { TelemetryOptions, WorkerMetadata, WorkerTelemetryMeta } from './sdk/worker/options/identity.js'
export type { InvocationContext } from './sdk/worker/invocations/invocation-context.js'
export type { HeadersOption } from './sdk/worker/options/headers.js'
export type { InitOptions } from './sdk/worker/options/options.js'
export type { ReachOptions, TlsOptions } from './wire/transport/reach.js'
export type {
  DeclaredFunctions,
  DeclaredMember,
  DeclaredStateValues,
  DeclaredStreams,
  DeclaredTriggerTypes,
  Register,
  RegisteredCall,
  RegisteredConfig,
  RegisteredFunction,
  RegisteredInput,
  RegisteredItem,
  RegisteredOutput,
  RegisteredPayload,
  RegisteredRequest,
  RegisteredResult,
  RegisteredScope,
  RegisteredStream,
  RegisteredTrigger,
  RegisteredTriggerType,
  RegisteredValue,
  UndeclaredCall,
  UndeclaredFunctionId,
  UndeclaredScope,
  UndeclaredTrigger,
  UndeclaredTriggerType,
} from './sdk/worker/registered-types.js'
export type { ReadyOptions } from './sdk/worker/lifecycle/ready.js'
export type { MiddlewareFunctionInput } from './sdk/worker/functions/session-hooks.js'
export type { RegisterServiceInput } from './sdk/worker/functions/services.js'
export type { ShutdownOptions, ShutdownReport } from './sdk/worker/lifecycle/shutdown.js'
export { installSignalHandlers } from './sdk/worker/lifecycle/signal-handlers.js'
export type { SignalHandlerOptions } from './sdk/worker/lifecycle/signal-handlers.js'
export { stateClient } from './sdk/worker/stores/state-client.js'
export type { StateClient } from './sdk/worker/stores/state-client.js'
export { streamClient } from './sdk/worker/stores/stream-client.js'
export type { OptionalStreamName, StreamClient } from './sdk/worker/stores/stream-client.js'
export type { WorkerStats } from './sdk/worker/diagnostics/stats.js'
export type { WorkerHealth } from './sdk/worker/health/health.js'
export type { InterceptedInvocation, Interceptor, NextCall, NextHandler } from './sdk/worker/interceptors.js'
export type { RegisterTriggerTypeInput, TriggerConfig, TriggerHandler } from './sdk/worker/triggers/trigger-types.js'
export type {
  AliasedTriggerInput,
  OwnedTrigger,
  RegisterTriggerInput,
  Trigger,
} from './sdk/worker/triggers/triggers.js'
export { BuiltinTrigger } from './sdk/worker/triggers/bind-builtin.js'
export type { OnceCallOptions, OnceOptions } from './sdk/worker/once/once-options.js'
export type { RetryOptions } from './sdk/worker/once/retry-options.js'
export type { Duration } from './sdk/worker/options/duration.js'
export { iiiAsyncFn, iiiFn } from './sdk/worker/functions/wrapped-function.js'
export type { WrapOptions } from './sdk/worker/functions/wrapped-function.js'
export { effectiveInitialDelayMs } from './sdk/connection/options.js'
export type { ReconnectionConfig, ReconnectionOptions } from './sdk/connection/options.js'
export { IIIConnectionState } from './sdk/connection/state.js'
export { Logger } from './sdk/telemetry/logs/logger.js'
export type { LoggerSink } from './sdk/telemetry/logs/logger.js'
export type { OtelConfig, OtelInstrumentation } from './sdk/telemetry/otel-config.js'
export type { OtlpOptions, OtlpProtocol } from './wire/otlp/otlp-settings.js'
export type { TelemetryHandle } from './sdk/telemetry/worker-telemetry.js'
export { DEFAULT_ENGINE_URL } from './wire/protocol/names.js'
export type { JsonValue } from './wire/protocol/validate.js'
export type { Unsubscribe } from './std/async/emitter.js'
export {
  ErrorCode,
  HandlerError,
  IIIError,
  InvocationError,
  NotConnectedError,
  RegistrationRejectedError,
  RemoteError,
  RuntimeError,
  SerdeError,
  TimeoutError,
  ValidationError,
  WebSocketError,
} from './errors.js'
export type {
  ErrorBody,
  IIIErrorKind,
  InvocationErrorInit,
  Outcome,
  RegistrationRejectedInit,
  RegistrationRejectedOptions,
  ValidationIssue,
} from './errors.js'
export type { StalledChannel } from './sdk/channel/ports.js'
export type { UnknownOption } from './std/text/unknown-options.js'
export type { Workarounds } from './sdk/worker/lifecycle/workarounds.js'
export type { TriggerBinder } from './sdk/worker/triggers/bind-builtin.js'
export type { BackoffPolicy } from './std/time/backoff.js'
