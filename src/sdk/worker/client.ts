/**
 * What `registerWorker` returns: the interface users program against. `IIIClient` is the official package's interface,
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
/** A provided trigger type: binds functions to it. */
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
  /** Stops providing the type and releases its bindings. Engines go on listing it until this worker disconnects. */
  unregister(): void
}

/** The members of the official package's client. */
export interface IIIClient {
  /**
   * Serves a function under an id.
   * @throws {RuntimeError} `INVALID_ARGUMENT`, or `DUPLICATE_FUNCTION` for an id this client has already.
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
   * Runs a function on an event: an HTTP request, a schedule, a state change, an event of one's own.
   * @throws {RuntimeError} `INVALID_ARGUMENT` or `INVALID_NAMESPACE`.
   */
  registerTrigger(trigger: RegisterTriggerInput): Trigger
  /**
   * Calls a function and resolves with its result. Every call settles exactly once. A call that fails while nothing awaits
   * it raises `unhandledRejection`, except with the action `void`. An error's stack names the functions that awaited the call.
   */
  trigger<TInput = unknown, TOutput = any>(request: TriggerRequest<TInput>): Promise<TOutput>
  /** Provides a trigger type of one's own. */
  registerTriggerType<TConfig = unknown, TPayload = any>(
    type: RegisterTriggerTypeInput,
    handler: TriggerHandler<TConfig>,
  ): TriggerTypeRef<TConfig, TPayload>
  /**
   * Stops providing a trigger type: its handler's `unregisterTrigger` runs for each binding, and later bindings are answered
   * with `trigger_type_not_found`. Engines go on listing the type until this worker disconnects.
   */
  unregisterTriggerType(type: RegisterTriggerTypeInput | string): void
  /** Ends the client at once; resolves when the socket is gone. */
  shutdown(): Promise<void>
  // Optional here, since fakes written for the official package do not have them.
  /** The state of the connection. */
  getConnectionState?(): IIIConnectionState
  /** The engine's address. */
  getAddress?(): string
  /** The rejection that ended this client, if one did. */
  getFatalError?(): RegistrationRejectedError | undefined
}

/** A worker: its functions, its triggers, its calls, over one connection that is kept up. */
export interface III extends IIIClient, AsyncDisposable {
  /** Serves a function by an id or a contract, with or without schemas. */
  registerFunction: RegisterFunction
  /** `registerFunction` with everything in one object. */
  register: RegisterByObject
  /** `registerFunction` with the description first. */
  registerFunctionWith: RegisterFunctionWith
  /** Calls a function by id or by contract and resolves with its result; rejects as `IIIClient.trigger` does. */
  trigger: ContractTrigger
  /** One function per contract, each calling what its contract names. */
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
   * Provides a trigger type. @throws {RuntimeError} `INVALID_ARGUMENT`, or `DUPLICATE_TRIGGER_TYPE` for an id provided
   * already.
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
  /** Registers a service. Engines store the registration and ignore it: nothing lists or reads services. */
  registerService(service: RegisterServiceInput): void
  /** Replaces the headers of the next handshake; right after `registerWorker` that is the first one. */
  setHeaders(headers: HeadersOption): void
  /** Lists the functions that workers have registered. Rejects as `trigger` does. */
  listFunctions(options?: ListFunctionsOptions): Promise<FunctionInfo[]>
  /** Lists the connected workers. Rejects as `trigger` does. */
  listWorkers(options?: ListWorkersOptions): Promise<WorkerInfo[]>
  /** Lists the bound triggers; `true` includes internal ones. Rejects as `trigger` does. */
  listTriggers(options?: boolean | ListTriggersOptions): Promise<TriggerInfo[]>
  /** Lists the provided trigger types; `true` includes internal ones. Rejects as `trigger` does. */
  listTriggerTypes(options?: boolean | ListTriggerTypesOptions): Promise<TriggerTypeInfo[]>
  /** Receives all functions after each change, which the engine looks for every five seconds, and after each reconnect. */
  onFunctionsAvailable(callback: (functions: FunctionInfo[]) => void): FunctionsAvailableGuard
  /**
   * Lets running handlers, closing channels and streamed responses finish within `drainTimeoutMs`, then ends the client and
   * cuts the ends of channels that are left. The signal of a later call ends a drain that is under way.
   */
  shutdownAsync(options?: ShutdownOptions): Promise<ShutdownReport>
  /** Starts connecting when `autoConnect` is off. */
  connect(): void
  /**
   * Resolves once everything registered so far is in effect at the engine. A refusal that arrives later is reported to
   * `diagnostics`.
   * @throws {RegistrationRejectedError} with the code of the first refusal, when the engine refused a function or a
   * trigger: the message names each id and its owner, `cause` has all. Pass `allowRefused: true` to resolve all the same.
   * With `onConflict: 'wait'`, also waits for the names that other workers own; `standby: true` resolves while it waits.
   * @throws {TimeoutError} `TIMEOUT` past `timeoutMs`. @throws {WebSocketError} when the engine refuses the session.
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
  /** OpenTelemetry's tracer, meter and logger of this worker; each is `null` when it is switched off. */
  readonly telemetry: TelemetryHandle
  /**
   * Adds functions that run around calls, publications and handlers of this worker, inside those added before. Returns
   * what removes them.
   * @throws {RuntimeError} `INVALID_ARGUMENT` when one is no function.
   * @example
   * worker.use({ serve: ({ payload, context }, next) => next(payload) })
   */
  use(interceptor: Interceptor): Unsubscribe
  /**
   * Runs work once per key, over all workers of the engine: the first result is recorded in engine state, and later
   * callers with the key receive it, as JSON has it. Waits while another worker runs the work.
   * @throws {InvocationError} rejects with what the work failed with; `IDEMPOTENCY_UNKNOWN` when a worker that ran it is gone,
   * `IDEMPOTENCY_KEY_REUSED` for another input, `IDEMPOTENCY_UNAVAILABLE` when state does not answer.
   * @example
   * const invoice = await worker.once('invoice-7', () => createInvoice(7), { ttl: '7d' })
   */
  once<T>(key: string, run: () => T | Promise<T>, options?: OnceCallOptions): Promise<T>
  /** Whether this worker is connected, in effect at the engine and answered by it; for probes, see `iii-node/health`. */
  health(): WorkerHealth
  /** Counters of this client. */
  stats(): WorkerStats
  /** What the engine called this worker on its latest connection. */
  readonly workerId: string | undefined
  /** The namespace of this worker; `undefined` stands for `default`. */
  readonly namespace: string | undefined
}
/* eslint-enable @typescript-eslint/no-explicit-any */
