/**
 * The façade: each method is a line or two over the core. Methods are bound own properties, so they can be taken
 * apart (`const { trigger } = worker`) and spied on.
 */
import { CHANNEL_HOST, createChannelOn, type ChannelClient, type ChannelHost } from '../channel/create.js'
import type { ConnectionPorts } from '../connection/connection.js'
import type { IIIConnectionState } from '../connection/state.js'
import type { RegistrationRejectedError } from '../errors.js'
import type { Unsubscribe } from '../std/emitter.js'
import type { TelemetryHandle } from '../telemetry/worker-telemetry.js'
import type { TriggerFunction } from './call.js'
import { checkFunction, checkHeaders, checkId, checkRecord, invalid } from './check.js'
import type { III, TriggerTypeRef } from './client.js'
import { Core } from './core.js'
import { REPORT, type Report, type Reporting } from './diagnostics.js'
import * as discovery from './discovery.js'
import { FunctionsAvailable } from './functions-available.js'
import type { AnyHandler, OwnedFunctionRef, RegisterFunctionInput } from './functions.js'
import type { WorkerOptions } from './options.js'
import { ready, type ReadyOptions } from './ready.js'
import { drainAndEnd, drainLimits, type ShutdownOptions, type ShutdownReport } from './shutdown.js'
import { statsOf, type WorkerStats } from './stats.js'
import type { RegisterTriggerTypeInput, TriggerHandler } from './trigger-types.js'
import type { OwnedTrigger, RegisterTriggerInput } from './triggers.js'

export class Worker implements III, ChannelClient, Reporting {
  readonly #core: Core
  readonly #functionsAvailable: FunctionsAvailable
  #graceful: Promise<ShutdownReport> | undefined

  readonly trigger: TriggerFunction
  readonly channels: III['channels'] = {
    create: (bufferSize) => createChannelOn(this, bufferSize),
  }

  constructor(options: WorkerOptions, ports: ConnectionPorts) {
    const core = new Core(options, ports)
    this.#core = core
    this.trigger = core.trigger
    this.#functionsAvailable = new FunctionsAvailable({
      functions: core.functions,
      triggers: core.triggers,
      uuid: () => ports.random.uuid(),
      onListenerError: (error) => {
        core.report({ kind: 'callback_failed', error })
      },
    })
    if (options.autoConnect) core.connection.connect()
    core.telemetry.start()
  }

  get [CHANNEL_HOST](): ChannelHost {
    return this.#core.channelHost
  }

  get [REPORT](): Report {
    return this.#core.report
  }

  get workerId(): string | undefined {
    return this.#core.greeting?.workerId
  }

  get namespace(): string | undefined {
    return this.#core.options.namespace
  }

  readonly registerFunction: III['registerFunction'] = (functionId, handler, options) =>
    this.#core.functions.register({ ...options, id: functionId }, handler)

  readonly registerFunctionWith = (message: RegisterFunctionInput, handler: AnyHandler): OwnedFunctionRef =>
    this.#core.functions.register(message, handler)

  readonly register: III['register'] = (registration) => {
    const { handler, http, ...input } = checkRecord('registration', registration) as Parameters<III['register']>[0]
    const served = handler ?? http
    if (served === undefined) throw invalid('registration.handler', 'a function, or `http` given instead', handler)
    return this.#core.functions.register(input, served)
  }

  readonly registerTrigger = (trigger: RegisterTriggerInput): OwnedTrigger => this.#core.triggers.register(trigger)

  readonly registerTriggerType: III['registerTriggerType'] = <C>(
    type: RegisterTriggerTypeInput | string,
    second: TriggerHandler<C> | string,
    third?: TriggerHandler<C>,
  ): TriggerTypeRef<C> => {
    const input = typeof type === 'string' ? { id: type, description: second as string } : type
    const handler = typeof type === 'string' ? third : second
    // A binding's config comes off the wire; its type is the provider's claim about what it accepts.
    const unregister = this.#core.triggerTypes.register(input, handler as TriggerHandler<unknown>)
    return this.#typeRef<C>(input, unregister)
  }

  readonly unregisterTriggerType = (type: RegisterTriggerTypeInput | string): void => {
    this.#core.triggerTypes.unregister(checkId('id', typeof type === 'string' ? type : type.id))
  }

  readonly registerService: III['registerService'] = (service) => {
    this.#core.services.register(service)
  }

  get telemetry(): TelemetryHandle {
    return this.#core.telemetry.handle
  }

  readonly setHeaders = (headers: Record<string, string>): void => {
    this.#core.currentHeaders = checkHeaders(headers)
  }

  readonly listFunctions: III['listFunctions'] = (options) => discovery.listFunctions(this.trigger, options)

  readonly listWorkers: III['listWorkers'] = (options) => discovery.listWorkers(this.trigger, options)

  readonly listTriggers: III['listTriggers'] = (options) => discovery.listTriggers(this.trigger, options)

  readonly listTriggerTypes: III['listTriggerTypes'] = (options) => discovery.listTriggerTypes(this.trigger, options)

  readonly onFunctionsAvailable: III['onFunctionsAvailable'] = (callback) =>
    this.#functionsAvailable.subscribe(callback)

  readonly connect = (): void => {
    this.#core.connection.connect()
  }

  readonly ready = (options?: ReadyOptions): Promise<void> => ready(this.#core, options)

  readonly onConnectionStateChange = (callback: (state: IIIConnectionState) => void): Unsubscribe => {
    checkFunction('callback', callback)
    return this.#core.states.on(callback)
  }

  readonly getConnectionState = (): IIIConnectionState => this.#core.connection.state

  readonly getAddress = (): string => this.#core.options.url

  readonly getFatalError = (): RegistrationRejectedError | undefined => this.#core.fatalError

  readonly stats = (): WorkerStats => statsOf(this.#core)

  readonly shutdown = (): Promise<void> => this.#core.end()

  readonly shutdownAsync = async (options?: ShutdownOptions): Promise<ShutdownReport> => {
    const limits = drainLimits(options)
    return (this.#graceful ??= drainAndEnd(this.#core, limits))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdownAsync()
  }

  #typeRef<C>({ id, namespace }: RegisterTriggerTypeInput, unregister: () => void): TriggerTypeRef<C> {
    const bind = (function_id: string, config: C, metadata?: Record<string, unknown>): OwnedTrigger =>
      this.registerTrigger({
        type: id,
        function_id,
        config,
        ...(metadata === undefined ? {} : { metadata }),
        ...(namespace === undefined ? {} : { trigger_namespace: namespace }),
      })
    return {
      id,
      registerTrigger: bind,
      registerFunction: (functionId, handler, ...binding) => {
        const ref = this.registerFunction(functionId, handler)
        const [config, metadata] = binding
        if (config !== undefined) bind(functionId, config, metadata)
        return ref
      },
      unregister,
    }
  }
}
