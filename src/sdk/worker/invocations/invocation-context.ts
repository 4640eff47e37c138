/**
 * The context of an invocation: the third argument of a handler.
 */
import type { Served } from '../../rpc/served.js'
import type { MessageNamed, EngineMessage } from '../../../wire/protocol/messages.js'
import { CALLER_WORKER_ID } from '../../../wire/protocol/names.js'
import { isRecord, type JsonValue } from '../../../wire/protocol/validate.js'
import type { Logger } from '../../telemetry/logs/logger.js'
import { joinSignals } from '../../../std/async/abortable.js'
import { isVoid, type TriggerFunction, type TriggerRequest } from '../calls/trigger-request.js'
import { withContracts, type ContractTrigger } from '../calls/contract-call.js'

/** Third argument of a handler: caller, signal, logger and `trigger`. */
export interface InvocationContext {
  /** The function that was called. */
  readonly functionId: string
  /** The id of the call on the wire. */
  readonly invocationId: string
  /** The worker that called; absent for calls the engine makes, such as HTTP requests. */
  readonly callerWorkerId: string | undefined
  /** Metadata of the caller. */
  readonly metadata: JsonValue | undefined
  /** W3C trace headers of the call. */
  readonly traceparent: string | undefined
  /** W3C baggage of the call. */
  readonly baggage: string | undefined
  /** Aborts when the result can no longer reach the caller: connection lost, drain over, client shut down. */
  readonly signal: AbortSignal
  /** Calls other functions; such a call is given up when `signal` aborts. */
  readonly trigger: ContractTrigger
  /** Writes log records that belong to this invocation. */
  readonly logger: Logger
}

/** Ports of a worker for its handlers. */
export interface HandlerServices {
  readonly trigger: TriggerFunction
  readonly telemetry: { handlerLogger(functionId: string): Logger }
}

type Invocation = MessageNamed<EngineMessage, 'invokefunction'>

/** Getters make the rarely used members cost nothing until they are read. */
export class HandlerContext implements InvocationContext {
  readonly #message: Invocation
  readonly #served: Served
  readonly #services: HandlerServices
  #logger: Logger | undefined

  constructor(message: Invocation, served: Served, services: HandlerServices) {
    this.#message = message
    this.#served = served
    this.#services = services
  }

  get functionId(): string {
    return this.#message.function_id
  }

  get invocationId(): string {
    return this.#message.invocation_id
  }

  get callerWorkerId(): string | undefined {
    const { data } = this.#message
    const id = isRecord(data) ? data[CALLER_WORKER_ID] : undefined
    return typeof id === 'string' ? id : undefined
  }

  get metadata(): JsonValue | undefined {
    // Everything a frame holds came out of JSON.parse.
    return this.#message.metadata as JsonValue | undefined
  }

  get traceparent(): string | undefined {
    return this.#message.traceparent
  }

  get baggage(): string | undefined {
    return this.#message.baggage
  }

  get signal(): AbortSignal {
    return this.#served.signal
  }

  /** Aborts the signal, also once the handler has returned. */
  abort(reason: unknown): void {
    this.#served.abort(reason)
  }

  get trigger(): ContractTrigger {
    return withContracts((request) => triggerWithin(this.signal, this.#services.trigger, request))
  }

  get logger(): Logger {
    return (this.#logger ??= this.#services.telemetry.handlerLogger(this.#message.function_id))
  }
}

/** Sends a call that also ends with a signal. A request that cannot be read is rejected as every other. */
function triggerWithin<TInput, TOutput>(
  own: AbortSignal,
  trigger: TriggerFunction,
  request: TriggerRequest<TInput>,
): Promise<TOutput> {
  if (!isRecord(request)) return trigger(request)
  const { signal: given } = request
  if (given === undefined) return trigger({ ...request, signal: own })
  if (!(given instanceof AbortSignal)) return trigger(request)
  const { signal, release } = joinSignals(own, given)
  const sent = trigger<TInput, TOutput>({ ...request, signal })
  if (!isVoid(request)) return sent.finally(release)
  // It was written or refused at once, and its rejection may be ignored.
  release()
  return sent
}
