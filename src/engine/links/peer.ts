/**
 * Interfaces of a connected worker and of a call in progress, for the rest of the engine. They refer to each other, so
 * they share a file. Independent of sockets.
 */
import type { ErrorBody } from '../../errors.js'
import type { EngineMessage } from '../../wire/protocol/messages.js'
import type { Access, NamespacedMessage } from '../access/access.js'
import type { EngineEvent } from '../engine-events.js'
import type { WorkerIdentity } from '../registry/worker-identity.js'

export interface Peer extends Caller {
  /** UUID, new for every connection. */
  readonly id: string
  readonly connectedAtMs: number
  /** `undefined` for a worker in the same process. */
  readonly remoteAddress: string | undefined
  /** `default` until the worker registers with another one. */
  readonly namespace: string
  readonly identity: WorkerIdentity
  /** The rights on a guarded listener; `undefined` on an open one. */
  readonly access: Access | undefined
  /** Number of calls it is serving. */
  readonly serving: Set<PendingCall>
  /** Whether so many bytes wait to be read by it that it receives no new calls. */
  readonly isFull: boolean
  /** Counts time that the engine worked for it. */
  spent(durationMs: number): void
  /** Sends a message. Returns an error if its values cannot be serialised; a lost connection is not an error here. */
  send(message: EngineMessage): ErrorBody | undefined
}

/** The outcome of a call. */
export interface CallOutcome {
  /** Absent if there was no result; built-in functions may return an explicit null. */
  readonly result?: unknown
  readonly error?: ErrorBody | undefined
  readonly traceparent?: string | undefined
  readonly baggage?: string | undefined
  /**
   * The received frame, if it can be forwarded to the caller unchanged. Any part that changes the outcome leaves it
   * out.
   */
  readonly frame?: string | undefined
  /** The text of `result` as it was received, if there is one. */
  readonly text?: string | undefined
}

/** The receiver of the outcome of a call. */
export interface Caller {
  answer(call: CallIdentity, answer: CallOutcome): void
}

/** The data of a call that its result needs. */
export interface CallIdentity {
  readonly invocationId: string
  /** The id from the caller, which its result carries. */
  readonly functionId: string
  readonly traceparent: string | undefined
  readonly baggage: string | undefined
}

/** A call that a worker is serving. */
export interface PendingCall extends CallIdentity {
  /** Absent for a void call. */
  readonly caller: Caller | undefined
  readonly callee: Peer
}

/** A worker in events. */
export function nameOf({ id, identity }: Peer): string {
  return identity.name ?? id
}

/** The event for a registration without effect. */
export function refusalOf(
  peer: Peer,
  { type, id }: Pick<NamespacedMessage, 'id'> & { readonly type: string },
  { reason, ownerWorkerId }: { readonly reason: string; readonly ownerWorkerId?: string },
): EngineEvent {
  const { id: workerId, namespace } = peer
  const worker = nameOf(peer)
  return { kind: 'registration_refused', type, id, reason, namespace, workerId, worker, ownerWorkerId }
}
