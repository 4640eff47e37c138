/**
 * The parts of one worker, made and joined, and how they end together. The façade above holds no state of its own;
 * everything that survives a link lives here.
 */
import type { ChannelHost } from '../channel/create.js'
import { ChannelEnds } from '../channel/ports.js'
import { connectionOptions } from '../connection/options.js'
import { Connection, type ConnectionPorts } from '../connection/connection.js'
import { IIIConnectionState } from '../connection/state.js'
import { ErrorCode, type ErrorBody, type RegistrationRejectedError, type WebSocketError } from '../../errors.js'
import { Calls } from '../rpc/calls.js'
import { ServedInvocations } from '../rpc/served.js'
import { Unconfirmed } from '../rpc/unconfirmed.js'
import { deferred } from '../../std/async/deferred.js'
import { Emitter } from '../../std/async/emitter.js'
import { Admission } from './invocations/admission.js'
import { Introduction, type Greeting } from './lifecycle/announce.js'
import { Barrier } from './lifecycle/barrier.js'
import { call, endedError, type Caller, type TriggerFunction, type TriggerRequest } from './calls/call.js'
import { Conflicts } from './lifecycle/conflicts.js'
import { createCounters } from './stats.js'
import { createReport, type Report } from './diagnostics.js'
import { channelCutError, shutDownError } from './invocations/ended-calls.js'
import { Functions } from './functions/functions.js'
import { HandlerWatch } from './invocations/handler-watch.js'
import type { Server } from './invocations/invoke.js'
import { abortServed, LinkEvents } from './lifecycle/link-events.js'
import type { WorkerOptions } from './options.js'
import { NameHolder } from './lifecycle/name-holder.js'
import { OwnTelemetry } from './own-telemetry.js'
import {
  admissionPorts,
  answeringPorts,
  barrierPorts,
  callerPorts,
  channelPorts,
  conflictPorts,
  nameHolderPorts,
  newsPorts,
  providerPorts,
  resultPorts,
  serverPorts,
  topicPorts,
  urlFunctionPorts,
} from './part-ports.js'
import type { Parts } from './parts.js'
import { Repeats } from './invocations/repeats.js'
import { Results } from './invocations/results.js'
import { Services } from './functions/services.js'
import { TopicRepair } from './triggers/topic-repair.js'
import { TriggerTypes } from './triggers/trigger-types.js'
import { Triggers } from './triggers/triggers.js'
import { UrlFunctions } from './functions/url-functions.js'
import { WorkerNews } from './discovery/worker-news.js'
import { NO_NEEDS } from './lifecycle/workarounds.js'

export class Core implements Parts {
  readonly options: WorkerOptions
  readonly report: Report
  readonly connection: Connection
  readonly calls: Calls
  readonly served = new ServedInvocations()
  readonly admission: Admission
  readonly watch: HandlerWatch
  readonly functions: Functions
  readonly triggers: Triggers
  readonly triggerTypes: TriggerTypes
  readonly services: Services
  readonly results: Results
  readonly barrier: Barrier
  readonly conflicts: Conflicts | undefined
  readonly nameHolder: NameHolder | undefined
  readonly introduction: Introduction
  readonly news: WorkerNews
  readonly topicRepair: TopicRepair
  readonly repeats: Repeats
  readonly urlFunctions: UrlFunctions
  needs = NO_NEEDS
  readonly states: Emitter<IIIConnectionState>
  readonly refusals: Emitter<ErrorBody>
  readonly endings: Emitter<void>
  readonly server: Server
  readonly channelHost: ChannelHost
  readonly telemetry: OwnTelemetry
  readonly ports: ConnectionPorts
  readonly #caller: Caller
  currentHeaders: Readonly<Record<string, string>>
  fatalError: RegistrationRejectedError | undefined
  isDraining = false
  /** Resolved when a graceful shutdown waits no longer. */
  readonly drainOver = deferred<void>()
  /** True once `end` was called. */
  isEnded = false
  readonly counters = createCounters()
  readonly unconfirmedVoids: Unconfirmed
  readonly unconfirmedResults = new Unconfirmed()
  readonly channelEnds = new ChannelEnds()
  link = 0
  denial: WebSocketError | undefined
  previous: Greeting | undefined
  #greeting: Greeting | undefined

  constructor(options: WorkerOptions, ports: ConnectionPorts) {
    this.options = options
    this.ports = ports
    this.currentHeaders = options.headers
    this.introduction = new Introduction(options.metadata)
    this.report = createReport(options.diagnostics, options.isShownByEngine)
    for (const unknown of options.unknown) this.report({ kind: 'unknown_option', ...unknown })
    const onListenerError = (error: unknown): void => {
      this.report({ kind: 'callback_failed', error })
    }
    this.states = new Emitter(onListenerError)
    this.refusals = new Emitter(onListenerError)
    this.endings = new Emitter(onListenerError)
    const connection = connectionOptions(options.url, options.reconnection)
    this.connection = new Connection(ports, connection, new LinkEvents(this))
    this.telemetry = new OwnTelemetry(this)
    this.calls = new Calls(ports, (opened) => this.connection.withdraw(opened))
    const send = (frame: string): void => {
      this.connection.sendIfOpen(frame)
    }
    this.functions = new Functions(send, answeringPorts(this))
    this.triggers = new Triggers(send, { random: ports.random, namespace: options.namespace, report: this.report })
    this.services = new Services(send)
    this.triggerTypes = new TriggerTypes(providerPorts(this, onListenerError))
    this.results = new Results(resultPorts(this), connection.outbox)
    this.barrier = new Barrier(barrierPorts(this))
    this.unconfirmedVoids = new Unconfirmed({ clock: ports.clock, ping: () => this.barrier.ping() })
    this.news = new WorkerNews(newsPorts(this, onListenerError))
    this.topicRepair = new TopicRepair(topicPorts(this))
    this.repeats = new Repeats({ clock: ports.clock, offer: (frame) => this.connection.offer(frame) })
    this.urlFunctions = new UrlFunctions(urlFunctionPorts(this))
    if (options.onConflict === 'wait') this.conflicts = new Conflicts(conflictPorts(this), onListenerError)
    else this.nameHolder = new NameHolder(nameHolderPorts(this))
    this.admission = new Admission(options.maxConcurrentInvocations, admissionPorts(this))
    this.watch = new HandlerWatch(options.warnAfterMs, { clock: ports.clock, served: this.served, report: this.report })
    this.#caller = callerPorts(this)
    this.channelHost = channelPorts(this, onListenerError)
    this.server = serverPorts(this)
  }

  get greeting(): Greeting | undefined {
    return this.#greeting
  }

  set greeting(greeting: Greeting | undefined) {
    this.#greeting = greeting
    if (greeting !== undefined) this.telemetry.running?.workerKnown(greeting.workerId)
  }

  get isConnected(): boolean {
    return this.connection.state === IIIConnectionState.Connected
  }

  get reconnects(): number {
    return Math.max(0, this.link - 1)
  }

  /** Calls a function through this worker. */
  readonly trigger: TriggerFunction = <TInput, TOutput>(request: TriggerRequest<TInput>) =>
    call(this.#caller, request) as Promise<TOutput>

  headers(): Readonly<Record<string, string>> {
    return this.currentHeaders
  }

  reject(error: RegistrationRejectedError): void {
    this.fatalError = error
    this.report({ kind: 'registration_rejected', error })
    void this.connection.fail(error)
    this.failPending()
  }

  /**
   * Ends the client: rejects pending calls, aborts the signals of handlers, drops answers, cuts channel ends and releases
   * the bindings of its trigger types. Resolves once the socket is gone.
   */
  end(): Promise<void> {
    this.isEnded = true
    const closed = this.connection.close(() => this.telemetry.shutdown())
    this.failPending()
    this.channelEnds.abandonAll(channelCutError())
    this.triggerTypes.releaseAll()
    return Promise.all([closed, this.telemetry.shutdown()]).then(() => undefined)
  }

  failPending(): void {
    const { failure, state } = this.connection
    this.barrier.linkLost()
    this.conflicts?.stop()
    this.nameHolder?.stop()
    const ended = endedError(failure, state)
    const isShutdown = ended.code === ErrorCode.SHUTDOWN
    this.calls.failAll((opened) =>
      isShutdown && opened.isWritten ? shutDownError(opened) : endedError(failure, state),
    )
    if (state === IIIConnectionState.Failed) this.telemetry.running?.linkFailed()
    this.results.clear()
    this.repeats.linkLost()
    this.topicRepair.stop()
    this.unconfirmedVoids.stop()
    this.watch.stop()
    abortServed(this, ended)
    this.endings.emit()
  }
}
