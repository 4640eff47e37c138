/**
 * The façade: each method is a line or two over the core. Methods are bound own properties, so they can be taken
 * apart (`const { trigger } = worker`) and spied on.
 */
import { CHANNEL_HOST, createChannelOn, type ChannelClient, type ChannelHost } from '../channel/create.js'
import type { IIIConnectionState } from '../connection/state.js'
import { invalidArgument, RegistrationRejectedError } from '../../errors.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { Unsubscribe } from '../../std/async/emitter.js'
import type { TelemetryHandle } from '../telemetry/worker-telemetry.js'
import { checkFunction, checkId, checkRecord } from './check.js'
import { headersOf, type HeadersOption } from './options/headers.js'
import type { III, TriggerTypeRef } from './client.js'
import type { FunctionContract, TriggerTypeContract } from './functions/contract.js'
import { contractClient, withContracts, type ContractTrigger } from './calls/contract-call.js'
import { Core } from './core.js'
import { REPORT, type Report, type Reporting } from './diagnostics/diagnostics.js'
import * as discovery from './discovery/discovery.js'
import { FORMAT_KEYS, formatsOf } from './functions/function-format.js'
import type { FunctionHandler } from './functions/function-handler.js'
import type { SchemaOptions } from './functions/function-schemas.js'
import {
  FUNCTION_KEYS,
  type AnyHandler,
  type OwnedFunctionRef,
  type RegisterFunctionInput,
  type RegisterFunctionOptions,
} from './functions/functions.js'
import { INVOCATION_KEYS, type HttpInvocationConfig } from './functions/http-invocation.js'
import { INTERCEPTOR_KEYS, isInstance, type Interceptor } from './interceptors.js'
import { KEYED_WORK, type KeyedWork } from './once/keyed-work.js'
import type { WorkerHealth } from './health/health.js'
import type { WorkerOptions } from './options/options.js'
import type { WorkerDependencies } from './diagnostics/own-telemetry.js'
import { SERVICE_KEYS } from './functions/services.js'
import { ready, type ReadyOptions } from './lifecycle/ready.js'
import { Shutdown, type ShutdownOptions, type ShutdownReport } from './lifecycle/shutdown.js'
import { PORTS, type LendingPorts, type WorkerPorts } from './lent-ports.js'
import type { WorkerStats } from './diagnostics/stats.js'
import { statsOf } from './diagnostics/stats-of.js'
import type { RegisterByObject, RegisterFunction, RegisterFunctionWith } from './functions/register-function.js'
import { bindingOf, describeTriggerType, TRIGGER_TYPE_KEYS, type ContractBinding } from './triggers/trigger-contract.js'
import { triggerTypeRef } from './triggers/trigger-type-ref.js'
import type { RegisterTriggerTypeInput, TriggerHandler } from './triggers/trigger-types.js'
import {
  TRIGGER_KEYS,
  type AliasedTriggerInput,
  type OwnedTrigger,
  type RegisterTriggerInput,
} from './triggers/triggers.js'

export class Worker implements III, ChannelClient, Reporting, LendingPorts {
  readonly #core: Core
  readonly #shutdown: Shutdown

  readonly trigger: ContractTrigger
  readonly channels: III['channels'] = {
    create: (bufferSize) => createChannelOn(this, bufferSize),
  }

  constructor(options: WorkerOptions, ports: WorkerDependencies) {
    const core = new Core(options, ports)
    this.#core = core
    this.trigger = withContracts(core.trigger)
    this.#shutdown = new Shutdown(core)
    if (options.autoConnect) core.link.connection.connect()
    core.telemetry.start()
  }

  get [CHANNEL_HOST](): ChannelHost {
    return this.#core.channels
  }

  get [REPORT](): Report {
    return this.#core.report
  }

  get [KEYED_WORK](): KeyedWork {
    return this.#core.keyed
  }

  get [PORTS](): WorkerPorts {
    return this.#core.lent
  }

  get workerId(): string | undefined {
    return this.#core.link.session?.workerId
  }

  get namespace(): string | undefined {
    return this.#core.options.namespace
  }

  readonly registerFunction: RegisterFunction = (
    first: string | FunctionContract,
    handler: AnyHandler,
    options?: RegisterFunctionOptions & SchemaOptions,
  ): OwnedFunctionRef => {
    // Spreading would make an empty object of anything else.
    checkRecord('options', options ?? {})
    const input = isRecord(first) ? { ...first, ...options } : { ...options, id: first }
    return this.#addFunction(input, handler)
  }

  readonly registerFunctionWith: RegisterFunctionWith = (
    message: RegisterFunctionInput & SchemaOptions,
    handler: AnyHandler,
  ): OwnedFunctionRef => this.#addFunction(message, handler)

  readonly register: RegisterByObject = (registration: Registration): OwnedFunctionRef => {
    const { handler, http, ...input } = checkRecord('registration', registration) as Registration
    const served = handler ?? http
    if (served === undefined)
      throw invalidArgument('registration.handler', 'a function, or `http` given instead', handler)
    return this.#addFunction(input, served)
  }

  readonly client: III['client'] = (contracts) => contractClient(this.trigger, contracts)

  readonly registerTrigger = <C extends TriggerTypeContract>(
    trigger: RegisterTriggerInput | AliasedTriggerInput | C,
    binding?: ContractBinding<C>,
  ): OwnedTrigger => {
    const input =
      binding === undefined ? (trigger as RegisterTriggerInput | AliasedTriggerInput) : bindingOf(trigger as C, binding)
    const bound = this.#core.triggers.register(input)
    this.#core.unknown.check('registerTrigger options', input, TRIGGER_KEYS)
    return bound
  }

  readonly registerTriggerType: III['registerTriggerType'] = <C>(
    type: RegisterTriggerTypeInput | TriggerTypeContract | string,
    second: TriggerHandler<C> | string,
    third?: TriggerHandler<C>,
  ): TriggerTypeRef<C> => {
    const input = typeof type === 'string' ? { id: type, description: second as string } : type
    const handler = typeof type === 'string' ? third : second
    // A binding's config comes off the wire; its type is the provider's claim about what it accepts.
    const provided = describeTriggerType(input, handler as TriggerHandler<unknown>)
    const unregister = this.#core.triggerTypes.register(provided.input, provided.handler)
    this.#core.unknown.check('registerTriggerType options', input, TRIGGER_TYPE_KEYS)
    return triggerTypeRef<C>(this, provided, unregister)
  }

  readonly unregisterTriggerType = (type: RegisterTriggerTypeInput | string): void => {
    this.#core.triggerTypes.unregister(checkId('id', isRecord(type) ? type.id : type))
  }

  readonly registerService: III['registerService'] = (service) => {
    this.#core.services.register(service)
    this.#core.unknown.check('registerService options', service, SERVICE_KEYS)
  }

  get telemetry(): TelemetryHandle {
    return this.#core.telemetry.handle
  }

  readonly setHeaders = (headers: HeadersOption): void => {
    this.#core.link.setHeaders(headersOf(headers))
  }

  readonly listFunctions: III['listFunctions'] = (options) => discovery.listFunctions(this.#core, options)

  readonly listWorkers: III['listWorkers'] = (options) => discovery.listWorkers(this.#core, options)

  readonly listTriggers: III['listTriggers'] = (options) => discovery.listTriggers(this.#core, options)

  readonly listTriggerTypes: III['listTriggerTypes'] = (options) => discovery.listTriggerTypes(this.#core, options)

  readonly onFunctionsAvailable: III['onFunctionsAvailable'] = (callback) =>
    this.#core.functionsAvailable.subscribe(callback)

  readonly use = (interceptor: Interceptor): Unsubscribe => {
    const remove = this.#core.interceptors.use(interceptor)
    if (!isInstance(interceptor)) this.#core.unknown.check('use options', interceptor, INTERCEPTOR_KEYS)
    return remove
  }

  readonly once: III['once'] = (key, run, options) => this.#core.keyed.once(key, run, options)

  readonly health = (): WorkerHealth => this.#core.health.now()

  readonly connect = (): void => {
    this.#core.link.connection.connect()
  }

  readonly ready = (options?: ReadyOptions): Promise<void> => ready(this.#core, options)

  readonly onConnectionStateChange = (callback: (state: IIIConnectionState) => void): Unsubscribe => {
    checkFunction('callback', callback)
    return this.#core.link.states.on(callback)
  }

  readonly getConnectionState = (): IIIConnectionState => this.#core.link.connection.state

  readonly getAddress = (): string => this.#core.link.connection.address

  readonly getFatalError = (): RegistrationRejectedError | undefined => {
    const { failure } = this.#core.link.connection
    return failure instanceof RegistrationRejectedError ? failure : undefined
  }

  readonly stats = (): WorkerStats => statsOf(this.#core)

  readonly shutdown = (): Promise<void> => this.#core.end()

  readonly shutdownAsync = (options?: ShutdownOptions): Promise<ShutdownReport> => this.#shutdown.gracefully(options)

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdownAsync()
  }

  #addFunction(input: RegisterFunctionInput & SchemaOptions, handler: AnyHandler): OwnedFunctionRef {
    const { functions, conflicts, unknown } = this.#core
    const ref = functions.register(input, handler)
    unknown.check('registerFunction options', input, FUNCTION_KEYS)
    if (typeof handler === 'function') unknown.check('iiiFn options', formatsOf(handler), FORMAT_KEYS)
    unknown.check('invocation', typeof handler === 'object' ? handler : input.invocation, INVOCATION_KEYS)
    conflicts?.announced(ref.id)
    return ref
  }
}

/** A registration in one object, as it is at run time. */
type Registration = RegisterFunctionInput & SchemaOptions & { handler?: FunctionHandler; http?: HttpInvocationConfig }
