/**
 * The parts of one worker, made in the order in which they stand on each other, and joined to its link. The façade above
 * holds no state of its own; everything that survives a link lives in a part.
 */
import type { StreamChannelRef } from '../channel/channel-ref.js'
import { channelEnd } from '../channel/create.js'
import type { ChannelReader } from '../channel/reader.js'
import type { ChannelWriter } from '../channel/writer.js'
import { pendingCaps } from '../connection/options.js'
import { Calls } from '../rpc/calls.js'
import { ServedInvocations } from '../rpc/served.js'
import { Unconfirmed } from '../rpc/unconfirmed.js'
import type { RegistrationRejectedError } from '../../errors.js'
import type { Random } from '../../std/random.js'
import type { Clock } from '../../std/time/clock.js'
import { Deadlines } from '../../std/time/deadlines.js'
import { call } from './calls/call.js'
import { EndedCalls } from './calls/ended-calls.js'
import type { TriggerFunction, TriggerRequest } from './calls/trigger-request.js'
import { WorkerChannels } from './calls/channels.js'
import { createReport, type Report } from './diagnostics/diagnostics.js'
import { FunctionsAvailable } from './discovery/functions-available.js'
import { WorkerNews } from './discovery/worker-news.js'
import { describeFunction } from './functions/function-schemas.js'
import { functionLimits, Functions, type FunctionServing } from './functions/functions.js'
import { checkHttpInvocation } from './functions/http-invocation.js'
import { Services } from './functions/services.js'
import { UrlFunctions } from './functions/url-functions.js'
import { Admission } from './invocations/admission.js'
import { asInvocation, currentInvocation } from './invocations/current-invocation.js'
import { HandlerWatch } from './invocations/handler-watch.js'
import { answeringHttp } from './invocations/http-answer.js'
import { Inbox } from './invocations/inbox.js'
import { refuse, serve, type Invocation } from './invocations/invoke.js'
import { Repeats } from './invocations/repeats.js'
import { Results } from './invocations/results.js'
import { Barrier } from './lifecycle/barrier.js'
import { BurstRelease } from './lifecycle/burst-release.js'
import { Conflicts } from './lifecycle/conflicts.js'
import { Health } from './health/health.js'
import { Introduction } from './lifecycle/introduction.js'
import { LiveSession, NameHolder } from './lifecycle/name-holder.js'
import { refusalError, type Refusals } from './lifecycle/refusals.js'
import { Interceptors } from './interceptors.js'
import { KeyedWork } from './once/keyed-work.js'
import { DrainHooks, type WorkerPorts } from './lent-ports.js'
import { Link, type LinkPart } from './link.js'
import { checkUnknown, type WorkerOptions } from './options/options.js'
import { OwnTelemetry, type WorkerDependencies } from './diagnostics/own-telemetry.js'
import { createCounters } from './diagnostics/stats.js'
import { TopicRepair } from './triggers/topic-repair.js'
import { TriggerTypes } from './triggers/trigger-types.js'
import { Triggers } from './triggers/triggers.js'
import { UnknownOptions } from '../../std/text/unknown-options.js'

export class Core {
  readonly options: WorkerOptions
  readonly ports: WorkerDependencies
  readonly clock: Clock
  readonly random: Random
  readonly report: Report
  /** Reports options that nothing reads. */
  readonly unknown: UnknownOptions
  readonly counters = createCounters()
  readonly served = new ServedInvocations()
  readonly link: Link
  readonly telemetry: OwnTelemetry
  readonly interceptors: Interceptors
  readonly calls: Calls
  /** Fire-and-forget calls written to the present link. */
  readonly unconfirmedVoids: Unconfirmed
  /** Results written to the present link. */
  readonly unconfirmedResults = new Unconfirmed()
  readonly introduction: Introduction
  readonly barrier: Barrier
  readonly health: Health
  readonly results: Results
  readonly repeats: Repeats
  readonly admission: Admission
  readonly watch: HandlerWatch
  readonly services: Services
  readonly triggerTypes: TriggerTypes
  /** Work that runs once per key. */
  readonly keyed = new KeyedWork(this)
  readonly functions: Functions
  readonly triggers: Triggers
  readonly channels: WorkerChannels
  readonly news: WorkerNews
  readonly functionsAvailable: FunctionsAvailable
  readonly urlFunctions: UrlFunctions
  readonly topicRepair: TopicRepair
  /** Absent when a conflict is not waited out. */
  readonly conflicts: Conflicts | undefined
  /** Absent when a conflict is waited out. */
  readonly nameHolder: NameHolder | undefined
  readonly drainHooks = new DrainHooks()
  /** True once no new work is taken. */
  isDraining = false

  constructor(options: WorkerOptions, ports: WorkerDependencies) {
    const { namespace } = options
    this.options = options
    this.ports = ports
    this.clock = ports.clock
    this.random = ports.random
    this.report = createReport(options.diagnostics, options.isShownByEngine)
    this.unknown = new UnknownOptions((option) => this.report({ kind: 'unknown_option', ...option }))
    checkUnknown(this.unknown, options.given)
    const { random, report } = this

    this.link = new Link(options, ports, report)
    this.telemetry = new OwnTelemetry(this)
    this.interceptors = new Interceptors(this.clock, options.invocationTimeoutMs)
    this.calls = new Calls({ random, timeLimits: (expire) => new Deadlines(this.clock, expire) }, this.link.connection)
    this.unconfirmedVoids = new Unconfirmed(this)
    this.introduction = new Introduction(this.link, options, this.ownTrigger)
    this.barrier = new Barrier(this.link, this.introduction)
    this.health = new Health(this)

    this.results = new Results(this, pendingCaps(options.reconnection))
    this.repeats = new Repeats(this.link, this.clock)
    this.admission = new Admission(options.maxConcurrentInvocations, this)
    this.watch = new HandlerWatch(options.warnAfterMs, this)
    this.channels = new WorkerChannels(this)

    this.services = new Services(this.link)
    this.triggerTypes = new TriggerTypes(this)
    this.functions = new Functions(this.link, this.#serving())
    this.triggers = new Triggers(this.link, { random, namespace, report })
    this.news = new WorkerNews(this)
    this.functionsAvailable = new FunctionsAvailable(this)
    this.urlFunctions = new UrlFunctions(this)
    this.topicRepair = new TopicRepair(this)
    if (options.onConflict === 'wait') this.conflicts = new Conflicts(this)
    else this.nameHolder = new NameHolder(this)

    this.link.join(new Inbox(this), this.#linkParts())
  }

  readonly currentInvocation = currentInvocation
  readonly asInvocation = asInvocation

  readonly serve = (message: Invocation): void => serve(this, message)

  readonly refuse = (message: Invocation, reason: unknown): void => refuse(this, message, reason)

  readonly refusalError = (refused: Refusals): Promise<RegistrationRejectedError> =>
    refusalError(refused, this.ownTrigger)

  readonly channelEnd = (ref: StreamChannelRef): ChannelReader | ChannelWriter => channelEnd(this.channels, ref)

  /** Ports for parts of this package that are loaded separately. */
  get lent(): WorkerPorts {
    const { clock, random, options, link } = this
    return {
      clock,
      random,
      workerName: options.metadata.name,
      answersBurstsLate: () => link.needs?.releaseBursts === true,
      telemetry: () => this.telemetry.telemetry,
      logger: (serviceName) => this.telemetry.handlerLogger(serviceName),
      onDrain: (callback) => this.drainHooks.add(callback),
      onEnd: (callback) => link.endings.on(callback),
    }
  }

  /** Calls a function for the worker itself, past the interceptors. */
  readonly ownTrigger: TriggerFunction = <TInput, TOutput>(request: TriggerRequest<TInput>) =>
    call(this, request) as Promise<TOutput>

  /** Sends a request with `retry`. The code for it is loaded with the first one. */
  readonly repeat = async (request: TriggerRequest): Promise<unknown> => {
    const { repeatedCall } = await import('./once/repeated-call.js')
    return repeatedCall(this, request, this.ownTrigger)
  }

  /** Calls a function for the user of this worker. */
  readonly trigger: TriggerFunction = <TInput, TOutput>(request: TriggerRequest<TInput>) =>
    this.interceptors.send(request, this.ownTrigger) as Promise<TOutput>

  /**
   * Ends the client: rejects pending calls, aborts the signals of handlers, drops results, cuts channel ends and releases
   * the bindings of its trigger types. Resolves once the socket is gone.
   */
  async end(): Promise<void> {
    const closed = this.link.close(() => this.telemetry.shutdown())
    this.channels.cut()
    this.triggerTypes.releaseAll()
    await Promise.all([closed, this.telemetry.shutdown()])
  }

  #serving(): FunctionServing {
    const { report, random, options } = this
    return {
      describe: (input, handler) => describeFunction(input, handler, report),
      served: (id, handler) => answeringHttp(id, handler, { report, random, exposeErrors: options.exposeErrors }),
      limits: functionLimits,
      checkInvocation: checkHttpInvocation,
      keyed: (id, settings) => this.keyed.wrapperOf(id, settings),
    }
  }

  /**
   * In the order in which a new link receives what they send: results before the session that they belong to is retired,
   * then the introduction, then what is registered, triggers behind their functions.
   */
  #linkParts(): LinkPart[] {
    return [
      this.barrier,
      this.conflicts ?? this.nameHolder ?? {},
      new LiveSession(),
      new EndedCalls(this.calls, this.link, this.nameHolder),
      this.telemetry,
      this.interceptors,
      this.health,
      this.results,
      this.repeats,
      this.topicRepair,
      this.unconfirmedVoids,
      this.unconfirmedResults,
      this.watch,
      this.admission,
      new BurstRelease(this),
      this.introduction,
      this.services,
      this.triggerTypes,
      this.functions,
      this.triggers,
      this.urlFunctions,
      this.functionsAvailable,
    ]
  }
}
