/** Describes calls that failed: the event of the engine, and the error in the answer. */
import type { ErrorBody } from '../../errors.js'
import type { EngineEvent } from '../engine-events.js'
import { nameOf, type Peer, type PendingCall } from '../links/peer.js'
import type { RoutedCall } from './routed-call.js'

/** The event for a call that failed at a worker or reached none. */
export function failureOf(call: RoutedCall | PendingCall, error: ErrorBody, callee: Peer | undefined): EngineEvent {
  const { invocationId, functionId, caller, traceparent } = call
  const worker = callee && nameOf(callee)
  const isVoid = caller === undefined
  return { kind: 'invocation_failed', functionId, invocationId, worker, isVoid, error, traceparent }
}

/** An error without unknown members. */
export function bareError({ code, message, stacktrace }: ErrorBody): ErrorBody {
  return stacktrace === undefined ? { code, message } : { code, message, stacktrace }
}
