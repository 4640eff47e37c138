/**
 * Outgoing invocations: a request becomes a frame, and its promise settles exactly once. Arguments are checked before
 * anything is sent.
 */
import { ErrorCode, invalidArgument, NotConnectedError, SerdeError } from '../../../errors.js'
import type { EndedError } from '../../connection/closed-error.js'
import type { Posted } from '../../connection/connection.js'
import type { FrameSender } from '../../connection/outbox.js'
import { workerCodec } from '../../../wire/protocol/codec.js'
import { DEFAULT_NAMESPACE, ENGINE_PREFIX } from '../../../wire/protocol/names.js'
import type { Tracing } from '../../../wire/protocol/tracing.js'
import type { Action } from '../../../wire/protocol/validate.js'
import type { Call, Calls } from '../../rpc/calls.js'
import type { Served } from '../../rpc/served.js'
import type { Unconfirmed } from '../../rpc/unconfirmed.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { Link } from '../link.js'
import type { WorkerOptions } from '../options/options.js'
import type { WorkerCounters } from '../diagnostics/stats.js'
import { metadataWithKey } from '../once/once-options.js'
import type { UnknownOptions } from '../../../std/text/unknown-options.js'
import { handled, isVoid, REQUEST_KEYS, type TriggerAction, type TriggerRequest } from './trigger-request.js'
import { checkDurationMs, checkId, checkJson, checkNamespace, checkRecord, checkSignal } from '../check.js'

/** Members of a worker that calls need. */
export interface CallParts {
  readonly link: Link
  readonly calls: Calls
  readonly options: Pick<WorkerOptions, 'invocationTimeoutMs' | 'namespace'>
  readonly telemetry: { readonly tracing: Tracing }
  readonly counters: WorkerCounters
  /** Fire-and-forget calls written to the present link. */
  readonly unconfirmedVoids: Pick<Unconfirmed, 'note'>
  readonly report: Report
  readonly unknown: Pick<UnknownOptions, 'check'>
  /** The invocation whose handler makes the present call, where that is tracked. */
  readonly currentInvocation?: () => Served | undefined
  /** Sends a request with `retry`, which is more than one call. */
  readonly repeat: (request: TriggerRequest) => Promise<unknown>
}

/** Sends one call. Never throws: whatever is wrong rejects the promise. */
export function call(caller: CallParts, request: TriggerRequest): Promise<unknown> {
  try {
    return checkedCall(caller, request)
  } catch (error) {
    const rejected = Promise.reject(error)
    return isVoid(request) ? handled(rejected) : rejected
  }
}

function checkedCall(caller: CallParts, request: TriggerRequest): Promise<unknown> {
  checkRecord('request', request)
  reportUnknown(caller, request)
  const functionId = checkId('function_id', request.function_id)
  if (request.retry !== undefined) return caller.repeat(request)
  const signal = checkSignal('signal', request.signal)
  signal?.throwIfAborted()
  const action = checkAction(request.action)
  const namespace = checkNamespace('namespace', request.namespace) ?? defaultNamespace(caller, functionId)
  const timeoutMs = checkDurationMs(
    'timeoutMs',
    request.timeoutMs ?? request.timeout_ms ?? caller.options.invocationTimeoutMs,
  )
  const send = { functionId, action, namespace, request }
  if (action?.type === 'void') return callVoid(caller, send)
  return caller.calls.open({ functionId, timeoutMs, signal, origin: caller.currentInvocation?.() }, (opened) => {
    const frame = encode(caller, send, opened.id)
    // Writing the payload runs code of its own, which may have given the call up.
    if (signal?.aborted) return
    const refused = post(caller, frame, opened)
    if (refused !== undefined) throw refused
  })
}

/** Runs for each call. Most requests have the first two members alone, and comparing is cheaper than looking up. */
function reportUnknown({ unknown }: CallParts, request: TriggerRequest): void {
  for (const member in request) {
    if (member === 'function_id' || member === 'payload' || REQUEST_KEYS.has(member)) continue
    unknown.check('trigger request', request, REQUEST_KEYS)
    return
  }
}

interface Outgoing {
  readonly functionId: string
  readonly action: Action | undefined
  readonly namespace: string | undefined
  readonly request: TriggerRequest
}

function encode(caller: CallParts, { functionId, action, namespace, request }: Outgoing, id?: string): string {
  const { payload, idempotencyKey } = request
  const metadata = idempotencyKey === undefined ? request.metadata : metadataWithKey(request.metadata, idempotencyKey)
  const trace = caller.telemetry.tracing.inject()
  try {
    return workerCodec.encode({
      type: 'invokefunction',
      invocation_id: id,
      function_id: functionId,
      // The engine drops a frame without the key, and the call would hang.
      data: payload === undefined ? {} : payload,
      action,
      namespace,
      metadata,
      traceparent: trace.traceparent,
      baggage: trace.baggage,
    })
  } catch (error) {
    if (error instanceof SerdeError && error.code === ErrorCode.MESSAGE_TOO_LARGE) {
      caller.counters.oversizedMessages += 1
    } else if (error instanceof SerdeError) {
      // The codec knows members of a frame; the caller knows arguments.
      checkJson('payload', payload)
      checkJson('metadata', metadata)
    }
    throw error
  }
}

function callVoid(caller: CallParts, send: Outgoing): Promise<undefined> {
  const dropped = (): void => {
    caller.counters.droppedVoids += 1
    const reason = `a fire-and-forget call to '${send.functionId}' found no connection in time`
    caller.report({ kind: 'frame_dropped', reason })
  }
  const written = (): void => {
    caller.unconfirmedVoids.note()
  }
  const posted = caller.link.connection.post(encode(caller, send), { written, expired: dropped, discarded: dropped })
  if (typeof posted !== 'string') {
    // A full queue is counted, not raised: an error for each message of a flood would cost more than the messages.
    if (posted.refused === 'ended') throw refusal(caller.link, posted)
    dropped()
  }
  return Promise.resolve(undefined)
}

function post(caller: CallParts, frame: string, sender: FrameSender | Call): EndedError | undefined {
  const posted = caller.link.connection.post(frame, sender)
  if (typeof posted === 'string') return undefined
  if (posted.refused !== 'ended') caller.counters.refusedCalls += 1
  return refusal(caller.link, posted)
}

function refusal(link: Link, { refused }: Exclude<Posted, string>): EndedError {
  if (refused === 'ended') return link.endedError()
  const { items, bytes } = link.connection.queued
  const seen = refused === 'items' ? `${String(items)} messages` : `${String(bytes)} bytes`
  const text = `${seen} already wait for the connection; nothing was sent, so it is safe to retry later`
  return new NotConnectedError(ErrorCode.PENDING_QUEUE_FULL, text, { outcome: 'not_sent' })
}

function defaultNamespace(caller: CallParts, functionId: string): string | undefined {
  return functionId.startsWith(ENGINE_PREFIX) ? DEFAULT_NAMESPACE : caller.options.namespace
}

function checkAction(action: TriggerAction | undefined): TriggerAction | undefined {
  if (action === undefined) return undefined
  const { type } = checkRecord('action', action)
  if (type === 'void') return { type }
  if (type !== 'enqueue') throw invalidArgument('action.type', "'void' or 'enqueue'", type)
  return { type, queue: checkId('action.queue', action.type === 'enqueue' ? action.queue : undefined) }
}
