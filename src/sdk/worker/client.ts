/**
 * The interfaces of a worker, which `registerWorker` returns. `IIIClient` is the official package's interface,
 * so that fakes written for it keep compiling; `III` adds the rest.
 */
import type { HeadersOption } from './options/headers.js'
import type { Channel } from '../channel/create.js'
import type { IIIConnectionState } from '../connection/state.js'
import type { RegistrationRejectedError } from '../../errors.js'
import type { Unsubscribe } from '../../std/async/emitter.js'
import type { TelemetryHandle } from '../telemetry/worker-telemetry.js'
import type { TriggerRequest } from './calls/trigger-request.js'
import type { FunctionContract, ReceivedAs, SentAs, TriggerTypeContract } from './functions/contract.js'
import type { ContractClient, ContractTrigger } from './calls/contract-call.js'
import type {
  FunctionInfo,
  ListFunctionsOptions,
  ListTriggersOptions,
  ListTriggerTypesOptions,
  ListWorkersOptions,
  TriggerInfo,
  TriggerTypeInfo,
  WorkerInfo,
} from './discovery/discovery.js'
import type { FunctionsAvailableGuard } from './discovery/functions-available.js'
import type { FunctionHandler, FunctionRef, RegisterFunctionOptions } from './functions/functions.js'
import type { HttpInvocationConfig } from './functions/http-invocation.js'
import type { ReadyOptions } from './lifecycle/ready.js'
import type { RegisterServiceInput } from './functions/services.js'
import type { ShutdownOptions, ShutdownReport } from './lifecycle/shutdown.js'
import type { WorkerStats } from './diagnostics/stats.js'
import type { Interceptor } from './interceptors.js'
import type { OnceCallOptions } from './once/once-options.js'
import type { WorkerHealth } from './health/health.js'
import type { RegisterByObject, RegisterFunction, RegisterFunctionWith } from './functions/register-function.js'
import type { RegisteredTrigger, RegisteredTriggerType, UndeclaredTrigger } from './registered-types.js'
import type { ContractBinding, SchemaTriggerType } from './triggers/trigger-contract.js'
import type { RegisterTriggerTypeInput, TriggerHandler } from './triggers/trigger-types.js'
import type { AliasedTriggerInput, OwnedTrigger, RegisterTriggerInput, Trigger } from './triggers/triggers.js'

/* eslint-disable @typescript-eslint/no-explicit-any -- payloads without a declared type are any, as in the official package */
/** A trigger type that this worker provides. */
export type TriggerTypeRef<TConfig = unknown, TPayload = any> = {
  id: string
  /** Binds a function of any worker to this type. */
  registerTrigger(functionId: string, config: TConfig, metadata?: Record<string, unknown>): Trigger
  /** Registers a function and, when `config` is given, binds it to this type. */
  registerFunction(
    functionId: string,
    handler: FunctionHandler<TPayload> | HttpInvocationConfig,
    config?: TConfig,
    metadata?: Record<string, unknown>,
  ): FunctionRef
  /** Stops providing the type and releases its bindings. Engines list it until this worker disconnects. */
  unregister(): void
}

/** Members of the client of the official package. */
export interface IIIClient {
  /**
   * Registers a function under an id.
   * @throws {RuntimeError} `INVALID_ARGUMENT`, or `DUPLICATE_FUNCTION` if this client has already registered the id.
   * @throws {SerdeError} when the options cannot be serialised as JSON.
   * @example
   * worker.registerFunction('greet', ({ name }) => ({ message: `Hello, ${name}!` }))
   */
  registerFunction(
    functionId: string,
    handler: FunctionHandler | HttpInvocationConfig,
    options?: RegisterFunctionOptions,
  ): FunctionRef
  /**
   * Binds a function to events, such as HTTP requests, a schedule, state changes or your own events.
   * @throws {RuntimeError} `INVALID_ARGUMENT` or `INVALID_NAMESPACE`.
   */
  registerTrigger(trigger: RegisterTriggerInput): Trigger
  /**
   * Calls a function and resolves with its result. Every call settles exactly once. If a call fails and is not awaited, Node
   * raises `unhandledRejection`, except with the action `void`. The stack of an error has the functions that awaited the call.
   */
  trigger<TInput = unknown, TOutput = any>(request: TriggerRequest<TInput>): Promise<TOutput>
  /** Provides a trigger type that this worker fires. */
  registerTriggerType<TConfig = unknown, TPayload = any>(
    type: RegisterTriggerTypeInput,
    handler: TriggerHandler<TConfig>,
  ): TriggerTypeRef<TConfig, TPayload>
  /**
   * Stops providing a trigger type: its handler's `unregisterTrigger` runs for each binding, and later bindings fail with
   * `trigger_type_not_found`. Engines list the type until this worker disconnects.
   */
  unregisterTriggerType(type: RegisterTriggerTypeInput | string): void
  /** Ends the worker at once, without a drain; resolves when the socket is closed. */
  shutdown(): Promise<void>
  // Optional here, since fakes written for the official package do not have them.
  /** The state of the connection. */
  getConnectionState?(): IIIConnectionState
  /** The engine's address. */
  getAddress?(): string
  /** The rejection that ended this client, if one did. */
  getFatalError?(): RegistrationRejectedError | undefined
}

/** A worker: registers and calls functions, binds triggers. */
export interface III extends IIIClient, AsyncDisposable {
  /** Registers a function by id or contract, with or without schemas. */
  registerFunction: RegisterFunction
  /** Registers a function, with all arguments in one object. */
  register: RegisterByObject
  /** Registers a function, with its description before the handler. */
  registerFunctionWith: RegisterFunctionWith
  /** Calls a function by id or by contract and resolves with its result; rejects as `IIIClient.trigger` does. */
  trigger: ContractTrigger
  /** Returns an object with a function for each contract, which calls the function of the contract. */
  client<T extends Readonly<Record<string, FunctionContract>>>(contracts: T): ContractClient<T>
  /** Binds a function to the trigger type of a contract. */
  registerTrigger<C extends TriggerTypeContract>(contract: C, binding: ContractBinding<C>): OwnedTrigger
  /** Binds a function to a trigger type whose types are declared in `Register`. */
  registerTrigger<Id extends RegisteredTriggerType>(trigger: RegisteredTrigger<Id>): OwnedTrigger
  /** Binds a function to a trigger type. `trigger_type` is an alias of `type`. */
  registerTrigger<Id extends string = string>(trigger: UndeclaredTrigger<Id> | AliasedTriggerInput): OwnedTrigger
  /** Provides the trigger type of a contract. */
  registerTriggerType<C extends SchemaTriggerType>(
    contract: C,
    handler: TriggerHandler<ReceivedAs<C['config']>>,
  ): TriggerTypeRef<SentAs<C['config']>, ReceivedAs<C['request']>>
  /**
   * Provides a trigger type. @throws {RuntimeError} `INVALID_ARGUMENT`, or `DUPLICATE_TRIGGER_TYPE` if this client
   * already provides the id.
   */
  registerTriggerType<TConfig = unknown, TPayload = any>(
    type: RegisterTriggerTypeInput,
    handler: TriggerHandler<TConfig>,
  ): TriggerTypeRef<TConfig, TPayload>
  /** The same, from an id and a description. */
  registerTriggerType<TConfig = unknown, TPayload = any>(
    id: string,
    description: string,
    handler: TriggerHandler<TConfig>,
  ): TriggerTypeRef<TConfig, TPayload>
  /** Registers a service. Engines accept the registration, but have no function that lists services. */
  registerService(service: RegisterServiceInput): void
  /** Replaces the headers of later handshakes; directly after `registerWorker`, those of the first one. */
  setHeaders(headers: HeadersOption): void
  /** Lists the functions that workers have registered. Rejects as `trigger` does. */
  listFunctions(options?: ListFunctionsOptions): Promise<FunctionInfo[]>
  /** Lists the connected workers. Rejects as `trigger` does. */
  listWorkers(options?: ListWorkersOptions): Promise<WorkerInfo[]>
  /** Lists the bound triggers; `true` includes internal ones. Rejects as `trigger` does. */
  listTriggers(options?: boolean | ListTriggersOptions): Promise<TriggerInfo[]>
  /** Lists the provided trigger types; `true` includes internal ones. Rejects as `trigger` does. */
  listTriggerTypes(options?: boolean | ListTriggerTypesOptions): Promise<TriggerTypeInfo[]>
  /** Calls back with all functions within 5 s after a change, and after each reconnect. */
  onFunctionsAvailable(callback: (functions: FunctionInfo[]) => void): FunctionsAvailableGuard
  /**
   * Drains the worker: waits up to `drainTimeoutMs` for running handlers, closing channels and streamed responses, then closes
   * the connection and cuts channel ends that are still open. The `signal` of a second call ends a drain in progress.
   */
  shutdownAsync(options?: ShutdownOptions): Promise<ShutdownReport>
  /** Connects the worker, if `autoConnect` is off. */
  connect(): void
  /**
   * Resolves when the engine has accepted all registrations so far. A later rejection is reported to `diagnostics`. With
   * `onConflict: 'wait'`, also waits for names that other workers own, unless `standby: true` is set.
   * @throws {RegistrationRejectedError} with the code of the first rejection, if the engine rejected functions or triggers.
   * The message has each id and its owner, `cause` has all rejections. With `allowRefused: true`, it resolves instead.
   * @throws {TimeoutError} `TIMEOUT` after `timeoutMs`. @throws {WebSocketError} when the engine refuses the session.
   * @throws {NotConnectedError} after shutdown or failure.
   * @example
   * await worker.ready({ timeoutMs: 5_000 })
   */
  ready(options?: ReadyOptions): Promise<void>
  /** Calls back with each new connection state, until the returned function is called. */
  onConnectionStateChange(callback: (state: IIIConnectionState) => void): Unsubscribe
  /** Byte and message streams between workers. */
  readonly channels: { create(bufferSize?: number): Promise<Channel> }
  /** The state of the connection. */
  getConnectionState(): IIIConnectionState
  /** The engine's address. */
  getAddress(): string
  /** The rejection that ended this client, if one did. */
  getFatalError(): RegistrationRejectedError | undefined
  /** OpenTelemetry tracer, meter and logger of this worker; each is `null` if it is disabled. */
  readonly telemetry: TelemetryHandle
  /**
   * Adds an interceptor: functions that run around calls, publications and handlers of this worker, inside those added
   * before. Returns a function that removes it.
   * @throws {RuntimeError} `INVALID_ARGUMENT` if a member is not a function.
   * @example
   * worker.use({ serve: ({ payload, context }, next) => next(payload) })
   */
  use(interceptor: Interceptor): Unsubscribe
  /**
   * Runs code once per key, over all workers of the engine. The first result is recorded in engine state, as JSON, and later
   * callers with the key receive it. Waits while another worker runs the code.
   * @throws {InvocationError} the error of the code; `IDEMPOTENCY_UNKNOWN` if the worker that ran it died,
   * `IDEMPOTENCY_KEY_REUSED` for another input, `IDEMPOTENCY_UNAVAILABLE` if engine state does not answer.
   * @example
   * const invoice = await worker.once('invoice-7', () => createInvoice(7), { ttl: '7d' })
   */
  once<T>(key: string, run: () => T | Promise<T>, options?: OnceCallOptions): Promise<T>
  /** Returns whether this worker is ready, and its problems. For probes, see `iii-node/health`. */
  health(): WorkerHealth
  /** Returns the counters of this worker. */
  stats(): WorkerStats
  /** Id of the current or latest session, which the engine assigned. */
  readonly workerId: string | undefined
  /** Namespace of this worker; `undefined` means `default`. */
  readonly namespace: string | undefined
}
/* eslint-enable @typescript-eslint/no-explicit-any */
