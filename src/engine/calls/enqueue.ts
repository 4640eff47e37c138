/**
 * Passes a call with the action `enqueue` to the queue provider, which stores it, and returns a receipt to the caller.
 * Knows nothing of queues; the provider decides which exist.
 */
import { ErrorCode, type ErrorBody } from '../../errors.js'
import { DEFAULT_NAMESPACE } from '../../wire/protocol/names.js'
import type { Emit } from '../engine-events.js'
import type { CallOutcome, CallIdentity, Caller } from '../links/peer.js'
import type { RoutedCall } from './routed-call.js'
import { readableTraceparent, withFunctionId } from './trace-headers.js'

export class Enqueue implements Caller {
  /** The function that a queue provider registers, in the default namespace. */
  static readonly PROVIDER = 'engine::queue::enqueue'

  readonly #call: RoutedCall
  readonly #queue: string
  readonly #receiptId: string
  readonly #emit: Emit

  constructor(call: RoutedCall, queue: string, { receiptId, emit }: { receiptId: string; emit: Emit }) {
    this.#call = call
    this.#queue = queue
    this.#receiptId = receiptId
    this.#emit = emit
  }

  /** The call to the provider that stores this one. Metadata is not stored. */
  toProvider(invocationId: string, namespace: string): RoutedCall {
    const { functionId, data, traceparent, baggage, from } = this.#call
    const traced = traceparent !== undefined || baggage !== undefined
    return {
      invocationId,
      functionId: Enqueue.PROVIDER,
      traceparent,
      baggage,
      caller: this,
      data: {
        queue: this.#queue,
        function_id: functionId,
        data,
        messageReceiptId: this.#receiptId,
        traceparent: readableTraceparent(traceparent) ?? null,
        baggage: traced ? withFunctionId(baggage, functionId) : null,
        ...(namespace === DEFAULT_NAMESPACE ? {} : { namespace }),
      },
      text: undefined,
      metadata: undefined,
      from: undefined,
      access: from?.access,
    }
  }

  /** The answer of the provider becomes the receipt of the caller. */
  answer(_call: CallIdentity, { error }: CallOutcome): void {
    if (error === undefined) this.#reply({ result: { messageReceiptId: this.#receiptId } })
    else this.#fail(error, `${error.code}: ${error.message}`)
  }

  failWithoutProvider(): void {
    const message =
      'No queue provider is installed. Add `iii-queue` to the engine configuration, or install one with `iii worker add queue`.'
    this.#fail({ code: ErrorCode.enqueue_error, message }, message)
  }

  #fail(error: ErrorBody, message: string): void {
    const { functionId, traceparent } = this.#call
    this.#emit({ kind: 'enqueue_refused', queue: this.#queue, functionId, error, traceparent })
    this.#reply({ error: { code: ErrorCode.enqueue_error, message } })
  }

  #reply(answer: CallOutcome): void {
    const { caller, traceparent, baggage } = this.#call
    caller?.answer(this.#call, { ...answer, traceparent, baggage })
  }
}
