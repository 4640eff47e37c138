/**
 * The parts of a worker in a web page: those of a worker in Node, without the ones that need Node or that a page has no
 * use for. A page has no telemetry, no limits of concurrency, no trigger types, and takes no name over.
 */
import { OpenEnds, type EndpointPorts } from '../channel/ports.js'
import type { StreamChannelRef } from '../channel/channel-ref.js'
import type { ConnectionPorts } from '../connection/connection.js'
import { pendingCaps } from '../connection/options.js'
import { Calls, type Call, type TimeLimits } from '../rpc/calls.js'
import { OpenInvocations, type Served } from '../rpc/served.js'
import { ErrorCode, NotConnectedError, RuntimeError, type RegistrationRejectedError } from '../../errors.js'
import type { Random } from '../../std/random.js'
import type { Clock, Timer } from '../../std/time/clock.js'
import type { TraceHeaders, Tracing } from '../../wire/protocol/tracing.js'
import { toErrorBody } from '../../wire/protocol/error-body.js'
import { workerCodec } from '../../wire/protocol/codec.js'
import { validate } from '../schema/validation.js'
import { call } from '../worker/calls/call.js'
import { EndedCalls } from '../worker/calls/ended-calls.js'
import type { TriggerFunction, TriggerRequest } from '../worker/calls/trigger-request.js'
import type { Report } from '../worker/diagnostics/diagnostics.js'
import { Functions, type FunctionHandler, type FunctionServing } from '../worker/functions/functions.js'
import { withoutCaller } from '../worker/functions/checked-handler.js'
import { checkSchema } from '../worker/functions/contract.js'
import { Inbox, type Receivers } from '../worker/invocations/inbox.js'
import { HandlerContext } from '../worker/invocations/invocation-context.js'
import { NO_ROOM, type HandlerOutcome, type Invocation } from '../worker/invocations/invoke.js'
import { Results } from '../worker/invocations/results.js'
import { Barrier } from '../worker/lifecycle/barrier.js'
import { Introduction } from '../worker/lifecycle/introduction.js'
import type { Refusals } from '../worker/lifecycle/refusals.js'
import { Link } from '../worker/link.js'
import { repeatedCall } from '../worker/once/repeated-call.js'
import { createCounters } from '../worker/diagnostics/stats.js'
import { PageTriggers } from './triggers.js'
import { ChannelReader, ChannelWriter } from './channels.js'
import { consoleLogger } from './console-logger.js'
import type { ResolvedOptions } from './options.js'

export class BrowserCore implements Receivers {
  readonly options: ResolvedOptions
  readonly clock: Clock
  readonly random: Random
  readonly report: Report
  readonly counters = createCounters()
  readonly served = new OpenInvocations()
  readonly link: Link
  readonly calls: Calls
  readonly introduction: Introduction
  readonly barrier: Barrier
  readonly results: Results
  readonly functions: Functions
  readonly triggers: PageTriggers
  readonly channelPorts: EndpointPorts
  readonly ends = new OpenEnds()
  // What a page does without.
  readonly unconfirmedVoids = { note: nothing }
  readonly unconfirmedResults = { note: nothing }
  readonly triggerTypes = { bind: nothing, unbind: nothing }
  readonly unknown = { check: nothing }
  readonly telemetry: { readonly tracing: Tracing; handlerLogger: typeof consoleLogger }

  constructor(options: ResolvedOptions, ports: ConnectionPorts) {
    const { report, namespace } = options
    const { clock, random, dial } = ports
    this.options = options
    const inject = (): TraceHeaders => ({ traceparent: options.traceparent?.(), baggage: undefined })
    this.telemetry = { tracing: { inject, begin: () => undefined }, handlerLogger: consoleLogger }
    this.clock = clock
    this.random = random
    this.report = report
    this.link = new Link(options, ports, report)
    this.calls = new Calls({ random, timeLimits: (expire) => timers(clock, expire) }, this.link.connection)
    this.introduction = new Introduction(this.link, options, this.ownTrigger)
    this.barrier = new Barrier(this.link, this.introduction)
    this.results = new Results(this, pendingCaps(options.reconnection))
    this.functions = new Functions(this.link, serving)
    this.triggers = new PageTriggers(this.link, random, namespace)
    this.channelPorts = {
      dial,
      clock,
      ends: this.ends,
      headers: () => ({}),
      onCallbackError: (error) => report({ kind: 'callback_failed', error }),
    }
    const { barrier, calls, link } = this
    const ended = new EndedCalls(calls, link)
    const sent = [this.results, this.introduction, this.functions, this.triggers]
    const abort = (reason: unknown): void => this.served.abortAll(reason)
    link.join(new Inbox(this), [barrier, ended, { lost: abort, over: abort }, ...sent])
  }

  readonly serve = (message: Invocation): void => {
    const served = this.served.begin(this.link.number, message)
    this.#run(message, served).then(
      (result) => this.#answer(message, served, { result }),
      (thrown: unknown) => this.#answer(message, served, { error: toErrorBody(thrown) }),
    )
  }

  readonly refuse = (message: Invocation, reason: unknown): void =>
    this.#answer(message, this.served.begin(this.link.number, message), { error: toErrorBody(reason) })

  readonly channelEnd = (ref: StreamChannelRef): ChannelReader | ChannelWriter =>
    ref.direction === 'read'
      ? new ChannelReader(this.link.connection.address, ref, this.channelPorts)
      : new ChannelWriter(this.link.connection.address, ref, this.channelPorts)

  readonly ownTrigger: TriggerFunction = <TInput, TOutput>(request: TriggerRequest<TInput>) =>
    call(this, request) as Promise<TOutput>

  readonly trigger = this.ownTrigger

  readonly repeat = (request: TriggerRequest): Promise<unknown> => repeatedCall(this, request, this.ownTrigger)

  readonly refusalError = ([first]: Refusals): RegistrationRejectedError => first

  /** Ends the client at once; resolves when the socket is gone. */
  async end(): Promise<void> {
    const closed = this.link.close(() => Promise.resolve())
    const text = 'iii is shutting down; the channel was cut'
    this.ends.abandonAll(new NotConnectedError(ErrorCode.SHUTDOWN, text, { outcome: 'unknown' }))
    await closed
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws becomes a rejection
  async #run(message: Invocation, served: Served): Promise<unknown> {
    const { function_id, data } = message
    const handler = this.functions.find(function_id)?.handler
    if (handler === undefined) throw new RuntimeError(ErrorCode.function_not_found, 'Function not found')
    const context = new HandlerContext(message, served, this)
    return handler(data, context.metadata, context)
  }

  #answer({ invocation_id, function_id }: Invocation, served: Served, answer: HandlerOutcome): void {
    if (!this.served.finish(served)) return
    const frameOf = (outcome: HandlerOutcome): string => {
      try {
        return workerCodec.encode({ type: 'invocationresult', invocation_id, function_id, ...outcome })
      } catch (cause) {
        // The result cannot be serialised, or is too large.
        return frameOf({ error: toErrorBody(cause) })
      }
    }
    const replyShortly = (): void => void this.link.send(frameOf({ error: NO_ROOM }))
    if (!this.results.send(frameOf(answer), served.link, replyShortly)) replyShortly()
  }
}

/** A timer for each call: a page has few of them at a time. */
function timers(clock: Clock, onExpired: (call: Call) => void): TimeLimits {
  const running = new Map<Call, Timer>()
  return {
    add(call, durationMs) {
      if (durationMs !== Infinity)
        running.set(
          call,
          clock.after(durationMs, () => onExpired(call)),
        )
    },
    remove(call) {
      running.get(call)?.cancel()
      running.delete(call)
    },
    release: nothing,
  }
}

function nothing(): void {
  // Nothing to do in a page.
}

/** Functions of a page validate with the schemas of a contract; formats are those written out. */
const serving: FunctionServing = {
  describe({ id, request_format, response_format, ...options }) {
    const input = checkSchema('input', options.input)
    const output = checkSchema('output', options.output)
    const checked =
      (handler: FunctionHandler): FunctionHandler =>
      async (data, metadata, context) => {
        const payload: unknown =
          input === undefined ? data : await validate(input, withoutCaller(data), { id, side: 'input' })
        const result: unknown = await handler(payload, metadata, context)
        return output === undefined ? result : validate(output, result, { id, side: 'output' })
      }
    return { request_format, response_format, wrap: checked }
  },
  served: (_id, handler) => handler,
  limits({ maxConcurrentInvocations, abandonAfterMs }) {
    if ((maxConcurrentInvocations ?? abandonAfterMs) === undefined) return {}
    throw notInPages('have `maxConcurrentInvocations` or `abandonAfterMs`')
  },
  checkInvocation() {
    throw notInPages('be served over HTTP')
  },
  keyed() {
    throw notInPages('be `idempotent`')
  },
}

function notInPages(what: string): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_ARGUMENT, `A function of a web page cannot ${what}`)
}
