/**
 * A connected worker as the rest of the engine sees it, and a call on its way through. The two know each other, so
 * they share a file. Says nothing of sockets.
 */
import type { ErrorBody } from '../../errors.js'
import type { EngineMessage } from '../../wire/protocol/messages.js'
import type { Access, RegistrationMessage } from '../access/access.js'
import type { EngineEvent } from '../engine-events.js'
import type { WorkerIdentity } from '../registry/worker-identity.js'

export interface Peer extends Caller {
  /** UUID, new for every connection. */
  readonly id: string
  readonly connectedAtMs: number
  /** `undefined` for a worker in the same process. */
  readonly remoteAddress: string | undefined
  /** `default` until the worker has said otherwise. */
  readonly namespace: string
  readonly identity: WorkerIdentity
  /** What a guarded listener allows; `undefined` on an open one. */
  readonly access: Access | undefined
  /** Calls it works on. */
  readonly serving: Set<PendingCall>
  /** Whether so much waits to be read by it that it gets no new calls. */
  readonly congested: boolean
  /** Counts time that the engine itself worked for it. */
  spent(durationMs: number): void
  /** Sends a message. Answers with an error when its values cannot be written; a lost link is not an error here. */
  send(message: EngineMessage): ErrorBody | undefined
}

/** How a call ended. */
export interface Answer {
  /** Absent when there was no result; built-in functions may answer an explicit null. */
  readonly result?: unknown
  readonly error?: ErrorBody | undefined
  readonly traceparent?: string | undefined
  readonly baggage?: string | undefined
  /** The frame the answer came in, when it is just what its caller is to get. Whoever changes anything leaves it out. */
  readonly frame?: string | undefined
}

/** Whoever waits for a call. */
export interface Caller {
  answer(call: Call, answer: Answer): void
}

/** What an answer has to know of its call. */
export interface Call {
  readonly invocationId: string
  /** The id the caller asked for, which is the one its answer carries. */
  readonly functionId: string
  readonly traceparent: string | undefined
  readonly baggage: string | undefined
}

/** A call that a worker was asked to do. */
export interface PendingCall extends Call {
  /** Nobody, for a void call. */
  readonly caller: Caller | undefined
  readonly callee: Peer
}

/** What reports call a worker. */
export function nameOf({ id, identity }: Peer): string {
  return identity.name ?? id
}

/** The report of a registration that has no effect. */
export function refusalOf(
  peer: Peer,
  { type, id }: Pick<RegistrationMessage, 'id'> & { readonly type: string },
  { reason, ownerWorkerId }: { readonly reason: string; readonly ownerWorkerId?: string },
): EngineEvent {
  const { id: workerId, namespace } = peer
  const worker = nameOf(peer)
  return { kind: 'registration_refused', type, id, reason, namespace, workerId, worker, ownerWorkerId }
}
