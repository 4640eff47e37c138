/**
 * Handles calls of workers on a guarded listener: checks them, then passes them to the middleware of the listener or to
 * their target. A refusal is answered even if the caller expects no answer.
 */
import { ErrorCode } from '../../errors.js'
import { DEFAULT_NAMESPACE, ENGINE_PREFIX } from '../../wire/protocol/names.js'
import type { Random } from '../../std/random.js'
import type { Access } from './access.js'
import type { Directory } from '../registry/directory.js'
import type { HandOver } from '../hand-over/hand-over.js'
import type { Peer } from '../links/peer.js'
import type { RoutedCall } from '../calls/routed-call.js'
import type { InvokeMessage, Router } from '../calls/router.js'

export interface GuardedCallsParts {
  readonly directory: Directory
  readonly handOver: HandOver
  readonly router: Router
  readonly random: Random
}

export class GuardedCalls {
  readonly #parts: GuardedCallsParts

  constructor(parts: GuardedCallsParts) {
    this.#parts = parts
  }

  /** Handles a call of a worker; `text` is its payload as it was received. */
  handle(
    from: Peer,
    access: Access,
    received: { readonly message: InvokeMessage; readonly text?: string | undefined },
  ): void {
    const { directory, handOver, router } = this.#parts
    const { message, text } = received
    const { invocation_id: id, function_id: functionId, namespace = DEFAULT_NAMESPACE } = message
    if (id !== undefined && message.action?.type !== 'void' && router.isPending(id)) {
      // A call with an id in use ends the earlier call, which may belong to another worker.
      const error = { code: ErrorCode.invocation_error, message: `The invocation id ${id} is in use` }
      from.answer(this.#call(from, message), { error })
      return
    }
    const entry = directory.find(namespace, functionId)
    if (entry === undefined) {
      // The decision can depend on the metadata of the function, so it is made once the function exists.
      const held = { ...this.#call(from, message), data: message.data, text }
      if (handOver.hold(held, { namespace, id: functionId }, () => this.handle(from, access, received))) return
    }
    const refusal = access.refuseCall(namespace, functionId, entry?.metadata)
    if (refusal !== undefined) {
      from.answer(this.#call(from, message), { error: refusal })
      return
    }
    const isEngineOwn = entry?.target.kind === 'builtin' && functionId.startsWith(ENGINE_PREFIX)
    if (access.middleware === undefined || isEngineOwn || namespace.trim() === '') router.handle(from, message, text)
    else this.#toMiddleware(this.#call(from, message), namespace, { message, ...access.middleware })
  }

  #toMiddleware(
    call: RoutedCall,
    namespace: string,
    via: { readonly message: InvokeMessage; readonly functionId: string; readonly context: unknown },
  ): void {
    const { directory, handOver, router } = this.#parts
    const middleware = directory.find(namespace, via.functionId)
    if (middleware === undefined) {
      const held = { ...call, data: via.message.data }
      const name = { namespace, id: via.functionId }
      if (handOver.hold(held, name, () => this.#toMiddleware(call, namespace, via))) return
      const message = `Function ${via.functionId} not found in namespace ${namespace}`
      call.caller?.answer(call, { error: { code: ErrorCode.function_not_found, message } })
      return
    }
    const { message, context } = via
    const { function_id, data: payload, action = null } = message
    router.dispatch({ ...call, data: { function_id, payload, action, context, namespace } }, middleware)
  }

  /** The call with an invocation id, so that a refusal can be answered: a call without one gets its own. */
  #call(from: Peer, message: InvokeMessage): RoutedCall {
    const { invocation_id, function_id, traceparent, baggage, metadata } = message
    return {
      invocationId: invocation_id ?? this.#parts.random.uuid(),
      functionId: function_id,
      traceparent,
      baggage,
      caller: from,
      data: undefined,
      text: undefined,
      metadata,
      from: undefined,
      access: undefined,
    }
  }
}
