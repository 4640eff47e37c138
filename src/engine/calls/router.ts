/**
 * Routes calls to the worker or built-in that owns the function, and results to the caller. A call is recorded before
 * it is forwarded, so every answer finds its record. Knows workers only as peers, and does not read payloads except to
 * add the caller's id.
 */
import { ErrorCode, InvocationError } from '../../errors.js'
import { toErrorBody } from '../../wire/protocol/error-body.js'
import type { MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import { blankNamespace, DEFAULT_NAMESPACE } from '../../wire/protocol/names.js'
import type { Clock } from '../../std/time/clock.js'
import type { Log } from '../../std/log.js'
import type { Random } from '../../std/random.js'
import type { Elsewhere, HostCall } from '../builtins/builtin.js'
import type { Counters } from '../counters.js'
import { unlistedEntry, type Directory, type FunctionEntry } from '../registry/directory.js'
import type { Emit } from '../engine-events.js'
import { bareError, failureOf } from './call-failure.js'
import { Enqueue } from './enqueue.js'
import type { HandOver } from '../hand-over/hand-over.js'
import { HostCaller } from './host-caller.js'
import { textForCaller, type ReceivedText, type ResultMessage } from './result-message.js'
import { withSpan, type Instruments } from '../instruments.js'
import type { EngineLimits } from '../limits.js'
import { pendingCallsFor } from './late-notes.js'
import { nameOf, type Peer, type PendingCall } from '../links/peer.js'
import type { PendingCalls } from './pending-calls.js'
import type { EngineQuirks } from '../quirks.js'
import { inputOf, payloadOf, type RoutedCall, withCaller } from './routed-call.js'
import { headersForCallee } from './trace-headers.js'

export type InvokeMessage = MessageNamed<WorkerMessage, 'invokefunction'>

export interface RouterParts {
  readonly directory: Directory
  readonly handOver: HandOver
  readonly counters: Counters
  readonly limits: EngineLimits
  readonly random: Random
  readonly clock: Clock
  readonly emit: Emit
  readonly log: Log
  readonly instruments: Instruments
  readonly elsewhere: Elsewhere
  readonly quirks: EngineQuirks
}

export class Router {
  readonly #parts: RouterParts
  readonly #pending: PendingCalls

  constructor(parts: RouterParts) {
    this.#parts = parts
    this.#pending = pendingCallsFor(parts)
  }

  /** Calls that wait for a worker. */
  get pendingCalls(): number {
    return this.#pending.size
  }

  /** Handles a call of a worker; `text` is its payload as it was received. */
  handle(from: Peer, message: InvokeMessage, text?: string): void {
    const { invocation_id: id, function_id: functionId, action, traceparent, baggage } = message
    const isVoid = action?.type === 'void'
    const call: RoutedCall = {
      // A void call gets a new id, since the id of its caller may be in use.
      invocationId: id === undefined || isVoid ? this.#parts.random.uuid() : id,
      functionId,
      traceparent,
      baggage,
      caller: id === undefined || isVoid ? undefined : from,
      data: message.data,
      text,
      metadata: message.metadata,
      from,
      access: undefined,
    }
    const namespace = message.namespace ?? DEFAULT_NAMESPACE
    if (namespace.trim() === '') this.#fail(call, ErrorCode.INVALID_NAMESPACE, blankNamespace('namespace'))
    else if (action?.type === 'enqueue') this.#enqueue(call, namespace, action.queue)
    else this.#find(call, namespace)
  }

  /** Whether a call with this id waits for its result. */
  isPending(invocationId: string): boolean {
    return this.#pending.get(invocationId) !== undefined
  }

  /** Whether a call waits for another worker than this one. */
  isServedByAnother(peer: Peer, invocationId: string): boolean {
    const call = this.#pending.get(invocationId)
    return call !== undefined && call.callee !== peer
  }

  /** Ends a call whose handling threw: removes it and answers its caller. */
  failed(from: Peer, { invocation_id: invocationId, function_id: functionId, action, ...trace }: InvokeMessage): void {
    if (invocationId === undefined || action?.type === 'void') return
    this.#pending.cancel(invocationId)
    const error = {
      code: ErrorCode.invocation_error,
      message: 'The engine could not handle the call; its log says why',
    }
    from.answer({ invocationId, functionId, traceparent: trace.traceparent, baggage: trace.baggage }, { error })
  }

  /** Handles a result, from any connection, with its frame and the text of its value as they were received. */
  settle(message: ResultMessage, received: ReceivedText = {}): void {
    const call = this.#pending.take(message.invocation_id)
    if (call === undefined) {
      this.#parts.counters.lateResults += 1
      return
    }
    const { result, error } = message
    const { traceparent, baggage } = call
    if (error === undefined) {
      call.caller?.answer(call, { result, traceparent, baggage, ...textForCaller(received, message, call) })
      return
    }
    const body = bareError(error)
    this.#parts.emit(failureOf(call, body, call.callee))
    call.caller?.answer(call, { error: body, traceparent, baggage })
  }

  /** Makes a call on behalf of the engine. */
  invoke(call: HostCall): Promise<unknown> {
    const { namespace = DEFAULT_NAMESPACE, functionId, data, metadata, traceparent, baggage, access } = call
    const own = { invocationId: this.#parts.random.uuid(), functionId, data, metadata, traceparent, baggage, access }
    return HostCaller.run(call, (caller) => {
      const routed = { ...own, caller, text: undefined, from: undefined }
      this.#find(routed, namespace)
      return () => {
        this.#parts.handOver.forget(routed)
        this.#pending.cancel(own.invocationId)
      }
    })
  }

  /** Ends all calls that a disconnected worker was serving. Later answers to them are dropped. */
  leave(peer: Peer): void {
    const error = { code: ErrorCode.invocation_stopped, message: 'Invocation stopped' }
    const calls = this.#pending.takeAllOf(peer)
    if (calls.length > 0) {
      const fields = { worker: nameOf(peer), workerId: peer.id, calls: calls.length }
      this.#parts.log.warn(fields, 'A worker disconnected before it had answered its calls')
    }
    for (const call of calls) call.caller?.answer(call, { error })
  }

  /** Runs a call on the function it names. */
  dispatch(asked: RoutedCall, entry: FunctionEntry): void {
    const { target } = entry
    const { watchCall } = this.#parts.instruments
    const call = watchCall?.(asked, target.kind === 'builtin' ? target.builtin : undefined) ?? asked
    if (target.kind === 'worker') this.#forward(call, target.peer, target.calledAs)
    else this.#serve(call, entry)
  }

  #find(call: RoutedCall, namespace: string): void {
    const { directory, handOver } = this.#parts
    const entry = directory.find(namespace, call.functionId)
    if (entry !== undefined) {
      const refusal = call.access?.refuseCall(namespace, call.functionId, entry.metadata)
      if (refusal === undefined) this.dispatch(call, entry)
      else this.#fail(call, refusal.code, refusal.message)
    } else if (!handOver.hold(call, { namespace, id: call.functionId }, () => this.#find(call, namespace))) {
      this.#findElsewhere(call, namespace)
    }
  }

  #findElsewhere(call: RoutedCall, namespace: string): void {
    const serve = this.#parts.elsewhere.find?.(call.functionId, namespace)
    const refusal = serve === undefined ? undefined : call.access?.refuseCall(namespace, call.functionId, undefined)
    if (refusal !== undefined) this.#fail(call, refusal.code, refusal.message)
    else if (serve === undefined) this.#fail(call, ErrorCode.function_not_found, this.#notFound(call, namespace))
    else this.dispatch(call, unlistedEntry(call.functionId, namespace, serve))
  }

  #notFound(call: RoutedCall, namespace: string): string {
    const text = `Function ${call.functionId} not found in namespace ${namespace}`
    if (call.from === undefined) return text
    const { directory } = this.#parts
    const elsewhere = directory.namespacesOf(call.functionId).filter((each) => {
      const metadata = directory.find(each, call.functionId)?.metadata
      return call.from?.access?.refuseCall(each, call.functionId, metadata) === undefined
    })
    return elsewhere.length === 0 ? `${text}.` : `${text}. It is registered in namespace(s): ${elsewhere.join(', ')}.`
  }

  #forward(call: RoutedCall, callee: Peer, calledAs: string): void {
    const { invocationId, functionId, traceparent, baggage, caller, metadata } = call
    const { refused } = this.#parts.counters
    if (callee.isFull) {
      refused.callsToSlowWorkers += 1
      this.#fail(
        call,
        ErrorCode.channel_send_failed,
        `The worker of ${functionId} does not read its calls; too many wait for it`,
      )
      return
    }
    if (this.#pending.size >= this.#parts.limits.maxPendingCalls) {
      refused.excessCalls += 1
      this.#fail(
        call,
        ErrorCode.invocation_error,
        `${String(this.#pending.size)} calls are in flight, which is the limit`,
      )
      return
    }
    const pending: PendingCall = { invocationId, functionId, traceparent, baggage, caller, callee }
    const replaced = this.#pending.add(pending)
    if (replaced !== undefined) this.#endReplaced(replaced)
    const headers = headersForCallee(call)
    const error = callee.send({
      type: 'invokefunction',
      invocation_id: invocationId,
      function_id: calledAs,
      data: payloadOf(call),
      metadata,
      traceparent: headers.traceparent,
      baggage: headers.baggage,
    })
    if (error !== undefined && this.#pending.remove(pending)) caller?.answer(pending, { error })
  }

  /** Answers a call that reaches no function. A call of the engine itself is reported by the part that made it. */
  #fail(call: RoutedCall, code: ErrorCode, message: string): void {
    const { caller, traceparent, baggage, from } = call
    const error = { code, message }
    if (from !== undefined) this.#parts.emit(failureOf(call, error, undefined))
    caller?.answer(call, { error, traceparent, baggage })
  }

  #endReplaced(call: PendingCall): void {
    this.#parts.counters.duplicateCalls += 1
    const message = `Another call took over the invocation id ${call.invocationId}`
    call.caller?.answer(call, { error: { code: ErrorCode.invocation_error, message } })
  }

  /** Serves a call in the engine. The time, including that of its answer, counts towards the share of its worker. */
  #serve(call: RoutedCall, entry: FunctionEntry): void {
    const { clock } = this.#parts
    const startedAt = clock.now()
    this.#run(call, entry)
    call.from?.spent(clock.now() - startedAt)
  }

  #run(call: RoutedCall, entry: FunctionEntry): void {
    const { caller, metadata, traceparent, baggage, from, access = from?.access } = call
    const { target } = entry
    let outcome: unknown
    try {
      if (target.kind === 'builtin') {
        outcome = target.call(inputOf(call.data), { callerWorkerId: from?.id, access, metadata, traceparent, baggage })
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
      (result: unknown) => {
        const startedAt = this.#parts.clock.now()
        caller?.answer(call, { result, traceparent, baggage })
        from?.spent(this.#parts.clock.now() - startedAt)
      },
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

  /** The stored call keeps the trace of the caller, without a span in between. */
  #traceEnqueue(call: RoutedCall, queue: string): RoutedCall {
    const name = `enqueue ${call.functionId} → ${queue}`
    const span = this.#parts.instruments.openSpan?.({ name, trace: call, attributes: { queue } })
    return span === undefined ? call : withSpan(call, span)
  }

  #enqueue(asked: RoutedCall, namespace: string, queue: string): void {
    const call = asked.traceparent === undefined ? asked : this.#traceEnqueue(asked, queue)
    const enqueue = new Enqueue(call, queue, { receiptId: this.#parts.random.uuid(), emit: this.#parts.emit })
    const provider = this.#parts.directory.find(DEFAULT_NAMESPACE, Enqueue.PROVIDER)
    if (provider === undefined) enqueue.failWithoutProvider()
    else this.dispatch(enqueue.toProvider(this.#parts.random.uuid(), namespace), provider)
  }
}
