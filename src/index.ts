/**
 * The public root: what a worker file imports.
 */
export { registerWorker } from './worker/register-worker.js'
export { TriggerAction } from './worker/call.js'
export type { EnqueueResult, TriggerFunction, TriggerRequest } from './worker/call.js'
export type { III, IIIClient, TriggerTypeRef } from './worker/client.js'
export { defineFunction, defineTriggerType } from './worker/contract.js'
export type { FunctionContract, TriggerTypeContract } from './worker/contract.js'
export type { ContractCallOptions, ContractClient, ContractTrigger } from './worker/contract-call.js'
export type { DiagnosticEvent, DiagnosticsOption, InvalidValue, SlowHandler } from './worker/diagnostics.js'
export type {
  FunctionInfo,
  ListFunctionsOptions,
  ListTriggersOptions,
  ListTriggerTypesOptions,
  ListWorkersOptions,
  TriggerInfo,
  TriggerTypeInfo,
  WorkerInfo,
} from './worker/discovery.js'
export type { JsonSchemaFormat, RegisterFunctionFormat } from './worker/function-format.js'
export type { FunctionsAvailableGuard } from './worker/functions-available.js'
export type {
  FunctionHandler,
  FunctionRef,
  OwnedFunctionRef,
  RegisterFunctionInput,
  RegisterFunctionOptions,
  RemoteFunctionHandler,
} from './worker/functions.js'
export type { StreamRequest, StreamResponse } from './worker/http-request.js'
export type { HttpAuthConfig, HttpInvocationConfig, HttpMethod } from './worker/http-invocation.js'
export type { TelemetryOptions, WorkerMetadata, WorkerTelemetryMeta } from './worker/identity.js'
export type { InvocationContext } from './worker/invocation-context.js'
export type { InitOptions } from './worker/options.js'
export type { ReadyOptions } from './worker/ready.js'
export type { MiddlewareFunctionInput } from './worker/session-hooks.js'
export type { RegisterServiceInput } from './worker/services.js'
export type { ShutdownOptions, ShutdownReport } from './worker/shutdown.js'
export { installSignalHandlers } from './worker/signal-handlers.js'
export type { SignalHandlerOptions } from './worker/signal-handlers.js'
export { stateClient } from './worker/state-client.js'
export type { StateClient } from './worker/state-client.js'
export { streamClient } from './worker/stream-client.js'
export type { StreamClient } from './worker/stream-client.js'
export type { WorkerStats } from './worker/stats.js'
export type { RegisterTriggerTypeInput, TriggerConfig, TriggerHandler } from './worker/trigger-types.js'
export type { OwnedTrigger, RegisterTriggerInput, Trigger } from './worker/triggers.js'
export { BuiltinTrigger } from './worker/bind-builtin.js'
export { iiiAsyncFn, iiiFn } from './worker/wrapped-function.js'
export type { WrapOptions } from './worker/wrapped-function.js'
export { effectiveInitialDelayMs } from './connection/options.js'
export type { ReconnectionConfig } from './connection/options.js'
export { IIIConnectionState } from './connection/state.js'
export { Logger } from './telemetry/logger.js'
export type { LoggerSink } from './telemetry/logger.js'
export type { OtelConfig, OtelInstrumentation } from './telemetry/otel-config.js'
export type { TelemetryHandle } from './telemetry/worker-telemetry.js'
export { DEFAULT_ENGINE_URL } from './protocol/names.js'
export type { JsonValue } from './protocol/validate.js'
export type { Unsubscribe } from './std/emitter.js'
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
  ValidationIssue,
} from './errors.js'
