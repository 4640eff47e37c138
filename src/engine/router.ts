/**
 * Brings calls to whoever serves them and answers back. A call is noted before it is forwarded, so no answer can be
 * faster than its record. Knows workers only as peers, and never looks at payloads beyond adding the caller's id.
 */
import { ErrorCode, InvocationError, type ErrorBody } from '../errors.js'
import { toErrorBody } from '../protocol/error-body.js'
import type { MessageNamed, WorkerMessage } from '../protocol/messages.js'
import { CALLER_WORKER_ID, DEFAULT_NAMESPACE } from '../protocol/names.js'
import { isRecord } from '../protocol/validate.js'
import type { Clock } from '../std/clock.js'
import type { Log } from '../std/log.js'
import type { Random } from '../std/random.js'
import type { HostCall } from './builtin.js'
import type { Counters } from './counters.js'
import type { Directory, FunctionEntry } from './directory.js'
import { Enqueue } from './enqueue.js'
import type { HandOver } from './hand-over.js'
import { HostCaller } from './host-caller.js'
import { textForCaller, type ResultMessage } from './result-message.js'
import { withSpan, type Instruments } from './instruments.js'
import type { EngineLimits } from './limits.js'
import type { Peer, PendingCall } from './peer.js'
import { LatePendingCalls } from './late-notes.js'
import { PendingCalls } from './pending-calls.js'
import type { EngineQuirks } from './quirks.js'
import type { RoutedCall } from './routed-call.js'
import { withFunctionId } from './trace-baggage.js'

export type InvokeMessage = MessageNamed<WorkerMessage, 'invokefunction'>

export interface RouterParts {
  readonly directory: Directory
  readonly handOver: HandOver
  readonly counters: Counters
  readonly limits: EngineLimits
  readonly random: Random
  readonly log: Log
  readonly instruments: Instruments
  readonly clock: Clock
  readonly quirks: EngineQuirks
}

export class Router {
  readonly #parts: RouterParts
  readonly #pending: PendingCalls

  constructor(parts: RouterParts) {
    this.#parts = parts
    const { clock, quirks } = parts
    const { lateNotes } = quirks
    this.#pending = lateNotes === undefined ? new PendingCalls() : new LatePendingCalls({ clock, ...lateNotes })
  }

  /** Calls that wait for a worker. */
  get pendingCalls(): number {
    return this.#pending.size
  }

  /** Takes a worker's call. */
  handle(from: Peer, message: InvokeMessage): void {
    const { invocation_id: id, function_id: functionId, action, traceparent, baggage } = message
    const isVoid = action?.type === 'void'
    const call: RoutedCall = {
      // A void call runs under an id of its own, since its caller's may be in use.
      invocationId: id === undefined || isVoid ? this.#parts.random.uuid() : id,
      functionId,
      traceparent,
      baggage,
      caller: id === undefined || isVoid ? undefined : from,
      data: message.data,
      metadata: message.metadata,
      from,
    }
    const namespace = message.namespace ?? DEFAULT_NAMESPACE
    if (namespace.trim() === '') fail(call, ErrorCode.INVALID_NAMESPACE, BLANK_NAMESPACE)
    else if (action?.type === 'enqueue') this.#enqueue(call, namespace, action.queue)
    else this.#find(call, namespace)
  }

  /** Takes an answer, from whichever connection it comes; `frame` is its text. */
  settle(message: ResultMessage, frame?: string): void {
    const call = this.#pending.take(message.invocation_id)
    if (call === undefined) {
      this.#parts.counters.lateResults += 1
      return
    }
    const { result, error, traceparent = call.traceparent, baggage = call.baggage } = message
    if (error === undefined) {
      call.caller?.answer(call, { result, traceparent, baggage, frame: textForCaller(frame, message, call) })
    } else call.caller?.answer(call, { error: bareError(error), traceparent, baggage })
  }

  /** Makes a call as the engine. */
  invoke(call: HostCall): Promise<unknown> {
    const { namespace = DEFAULT_NAMESPACE, functionId, data, metadata, traceparent, baggage } = call
    return HostCaller.run(call.signal, (caller) => {
      const invocationId = this.#parts.random.uuid()
      const routed = { invocationId, functionId, traceparent, baggage, caller, data, metadata, from: undefined }
      this.#find(routed, namespace)
      return () => {
        this.#parts.handOver.forget(routed)
        this.#pending.cancel(invocationId)
      }
    })
  }

  /** Ends everything a worker that left was asked to do. Answers to it are dropped when they come. */
  leave(peer: Peer): void {
    const error = { code: ErrorCode.invocation_stopped, message: 'Invocation stopped' }
    for (const call of this.#pending.takeAllOf(peer)) call.caller?.answer(call, { error })
  }

  /** Carries a call out at the function it names. */
  dispatch(asked: RoutedCall, entry: FunctionEntry): void {
    const { target } = entry
    const { watchCall } = this.#parts.instruments
    const call = watchCall?.(asked, target.kind === 'builtin' ? target.builtin : undefined) ?? asked
    if (target.kind === 'worker') this.#forward(call, target.peer, target.localId)
    else this.#serve(call, entry)
  }

  #find(call: RoutedCall, namespace: string): void {
    const { directory, handOver } = this.#parts
    const entry = directory.find(namespace, call.functionId)
    if (entry !== undefined) this.dispatch(call, entry)
    else if (!handOver.hold(call, { namespace, id: call.functionId }, () => this.#find(call, namespace))) {
      fail(call, ErrorCode.function_not_found, this.#notFound(call, namespace))
    }
  }

  #notFound(call: RoutedCall, namespace: string): string {
    const text = `Function ${call.functionId} not found in namespace ${namespace}`
    if (call.from === undefined) return text
    const elsewhere = this.#parts.directory.namespacesOf(call.functionId)
    return elsewhere.length === 0 ? `${text}.` : `${text}. It is registered in namespace(s): ${elsewhere.join(', ')}.`
  }

  #forward(call: RoutedCall, callee: Peer, localId: string): void {
    const { invocationId, functionId, traceparent, baggage, caller, metadata } = call
    const { refused } = this.#parts.counters
    if (callee.congested) {
      refused.callsToSlowWorkers += 1
      fail(call, 'channel_send_failed', `The worker of ${functionId} does not read its calls; too many wait for it`)
      return
    }
    if (this.#pending.size >= this.#parts.limits.maxPendingCalls) {
      refused.excessCalls += 1
      fail(call, ErrorCode.invocation_error, `${String(this.#pending.size)} calls are in flight, as many as allowed`)
      return
    }
    const pending: PendingCall = { invocationId, functionId, traceparent, baggage, caller, callee }
    const replaced = this.#pending.add(pending)
    if (replaced !== undefined) this.#endReplaced(replaced)
    // A trace the engine itself started has no baggage to add to.
    const traced = baggage !== undefined || (traceparent !== undefined && call.from !== undefined)
    const error = callee.send({
      type: 'invokefunction',
      invocation_id: invocationId,
      function_id: localId,
      data: withCaller(call),
      metadata,
      traceparent,
      baggage: traced ? withFunctionId(baggage, functionId) : undefined,
    })
    if (error !== undefined && this.#pending.remove(pending)) caller?.answer(pending, { error })
  }

  #endReplaced(call: PendingCall): void {
    this.#parts.counters.duplicateCalls += 1
    const message = `Another call took over the invocation id ${call.invocationId}`
    call.caller?.answer(call, { error: { code: ErrorCode.invocation_error, message } })
  }

  #serve(call: RoutedCall, entry: FunctionEntry): void {
    const { caller, metadata, traceparent, baggage, from } = call
    const { target } = entry
    let outcome: unknown
    try {
      if (target.kind === 'builtin') {
        outcome = target.call(call.data, { callerWorkerId: from?.id, metadata, traceparent, baggage })
      } else if (target.kind === 'external') outcome = target.call(withCaller(call))
    } catch (error) {
      this.#failed(call, error)
      return
    }
    if (!(outcome instanceof Promise)) {
      caller?.answer(call, { result: outcome, traceparent, baggage })
      return
    }
    outcome.then(
      (result: unknown) => caller?.answer(call, { result, traceparent, baggage }),
      (error: unknown) => {
        this.#failed(call, error)
      },
    )
  }

  #failed(call: RoutedCall, thrown: unknown): void {
    const { functionId, traceparent, baggage } = call
    if (!(thrown instanceof InvocationError)) {
      this.#parts.log.error({ functionId, error: thrown }, 'A function of the engine failed unexpectedly')
    }
    call.caller?.answer(call, { error: toErrorBody(thrown), traceparent, baggage })
  }

  /** What is stored keeps the caller's trace, as if there were no span in between. */
  #traceEnqueue(call: RoutedCall, queue: string): RoutedCall {
    const name = `enqueue ${call.functionId} → ${queue}`
    const span = this.#parts.instruments.openSpan?.({ name, trace: call, attributes: { queue } })
    return span === undefined ? call : withSpan(call, span)
  }

  #enqueue(asked: RoutedCall, namespace: string, queue: string): void {
    const call = asked.traceparent === undefined ? asked : this.#traceEnqueue(asked, queue)
    const enqueue = new Enqueue(call, this.#parts.random.uuid())
    const provider = this.#parts.directory.find(DEFAULT_NAMESPACE, Enqueue.PROVIDER)
    if (provider === undefined) enqueue.failWithoutProvider()
    else this.dispatch(enqueue.toProvider(this.#parts.random.uuid(), namespace, queue), provider)
  }
}

const BLANK_NAMESPACE =
  '`namespace` is empty: it was named and left blank. Give it a name, or omit it to use `default`.'

function fail(call: RoutedCall, code: string, message: string): void {
  const { caller, traceparent, baggage } = call
  caller?.answer(call, { error: { code, message }, traceparent, baggage })
}

/** The payload as the callee gets it. The decoded frame is ours, so its payload may be written to. */
function withCaller({ data, from }: RoutedCall): unknown {
  if (from !== undefined && isRecord(data)) data[CALLER_WORKER_ID] = from.id
  return data
}

/** An error without members the protocol does not know. */
function bareError({ code, message, stacktrace }: ErrorBody): ErrorBody {
  return stacktrace === undefined ? { code, message } : { code, message, stacktrace }
}
