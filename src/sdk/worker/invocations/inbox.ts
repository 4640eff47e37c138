/**
 * Where each frame from the engine goes: one exhaustive switch. A frame that cannot be used is reported, and the link stays.
 */
import { ErrorCode, RegistrationRejectedError, RemoteError } from '../../../errors.js'
import { workerCodec, type BlankFrame, type FrameProblem } from '../../../wire/protocol/codec.js'
import { readErrorBody } from '../../../wire/protocol/error-body.js'
import type { EngineMessage, MessageNamed } from '../../../wire/protocol/messages.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { replaceChannelRefs, type StreamChannelRef } from '../../channel/channel-ref.js'
import { deniedError } from '../../connection/closed-error.js'
import type { Call, Calls } from '../../rpc/calls.js'
import { assertNever } from '../../../std/assert-never.js'
import { describe } from '../../../std/text/describe.js'
import type { Barrier } from '../lifecycle/barrier.js'
import type { Conflicts } from '../lifecycle/conflicts.js'
import type { NameHolder } from '../lifecycle/name-holder.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { Functions } from '../functions/functions.js'
import type { FrameReceiver, Link } from '../link.js'
import type { WorkerOptions } from '../options/options.js'
import type { WorkerCounters } from '../diagnostics/stats.js'
import type { TriggerTypes } from '../triggers/trigger-types.js'
import type { Triggers } from '../triggers/triggers.js'

/** The parts of a worker that frames are handed to. */
export interface Receivers {
  readonly options: Pick<WorkerOptions, 'namespace'>
  readonly link: Link
  readonly counters: Pick<WorkerCounters, 'failedFrames' | 'unreadableFrames'>
  readonly report: Report
  readonly functions: Pick<Functions, 'refuse'>
  /** Serves an invocation. */
  readonly serve: (message: MessageNamed<EngineMessage, 'invokefunction'>) => void
  /** Answers an invocation whose frame could not be handled. */
  readonly refuse: (message: MessageNamed<EngineMessage, 'invokefunction'>, reason: unknown) => void
  readonly calls: Calls
  readonly barrier: Barrier
  readonly triggers: Pick<Triggers, 'refuse'>
  readonly triggerTypes: Pick<TriggerTypes, 'bind' | 'unbind'>
  /** The end of a channel that a payload refers to. */
  readonly channelEnd: (ref: StreamChannelRef) => unknown
  /** Absent when a conflict is not waited out. */
  readonly conflicts?: Conflicts | undefined
  /** Absent when a conflict is waited out. */
  readonly nameHolder?: NameHolder | undefined
}

export class Inbox implements FrameReceiver {
  readonly #parts: Receivers
  /** The message being handled, and the last one afterwards. */
  #message: EngineMessage | FrameProblem | BlankFrame | undefined

  constructor(parts: Receivers) {
    this.#parts = parts
  }

  frame(text: string): void {
    this.#message = undefined
    const message = workerCodec.decode(text)
    this.#message = message
    // The text tells at little cost that a payload holds no reference, so most payloads are not searched.
    const isSearched = message.type === 'invokefunction' && mayHoldRefs(text)
    receive(this.#parts, isSearched ? { ...message, data: this.#withChannelEnds(message.data) } : message)
  }

  frameFailed(error: unknown): void {
    const message = this.#message
    this.#parts.counters.failedFrames += 1
    this.#parts.report({ kind: 'frame_failed', error })
    if (message?.type === 'invokefunction') this.#parts.refuse(message, error)
  }

  #withChannelEnds(data: unknown): unknown {
    return replaceChannelRefs(data, this.#parts.channelEnd)
  }
}

/** A name can be written with escapes. Two searches take a tenth of what one regular expression does. */
function mayHoldRefs(text: string): boolean {
  return text.includes('"channel_id"') || text.includes('\\u')
}

/** Handles one decoded frame. */
function receive(parts: Receivers, message: EngineMessage | FrameProblem | BlankFrame): void {
  if (message.type === 'blank') return
  switch (message.type) {
    case 'invokefunction':
      parts.serve(message)
      break
    case 'invocationresult':
      settle(parts, message)
      break
    case 'workerregistered':
      parts.link.accept({ workerId: message.worker_id, reattachToken: message.reattach_token })
      break
    case 'registrationrejected':
      rejected(parts, message)
      break
    case 'registertrigger':
      parts.triggerTypes.bind(message)
      break
    case 'unregistertrigger':
      parts.triggerTypes.unbind(message.id)
      break
    case 'triggerregistrationresult':
      triggerResult(parts, message)
      break
    case 'ping':
      parts.link.send(PONG)
      break
    case 'pong':
      parts.link.pong()
      break
    case 'error':
      refused(parts, message)
      break
    case 'invalid':
      unreadable(parts, message)
      break
    default:
      assertNever(message)
  }
}

const PONG = workerCodec.encode({ type: 'pong' })

function refused(parts: Receivers, { error }: MessageNamed<EngineMessage, 'error'>): void {
  parts.link.deny(error, deniedError(error, parts.link.connection.address))
  parts.report({ kind: 'session_refused', code: error.code, message: error.message })
}

function unreadable(parts: Receivers, { code, detail }: FrameProblem): void {
  parts.counters.unreadableFrames += 1
  parts.report({ kind: 'unreadable_frame', code, detail })
}

function settle(parts: Receivers, message: MessageNamed<EngineMessage, 'invocationresult'>): void {
  const known = parts.calls.settle(message.invocation_id, (opened) => {
    if (message.error === undefined) opened.resolve(message.result)
    else opened.rejectTraced(() => remoteError(opened, message.error))
  })
  if (known) return
  parts.report({ kind: 'late_result', invocationId: message.invocation_id, functionId: message.function_id })
}

function remoteError(opened: Call, error: unknown): RemoteError {
  const facts = { function_id: opened.options.functionId, invocationId: opened.id }
  const body = readErrorBody(error)
  if (body !== undefined) return new RemoteError({ ...body, ...facts })
  const message = `The call failed with an error of an unknown form: ${describe(error)}`
  return new RemoteError({ ...facts, code: ErrorCode.UNKNOWN, message })
}

function rejected(parts: Receivers, message: MessageNamed<EngineMessage, 'registrationrejected'>): void {
  const { namespace = DEFAULT_NAMESPACE, owner_worker_id = '', code, worker_name, function_id } = message
  const init = {
    code,
    namespace,
    owner_worker_id,
    ...(worker_name === undefined ? {} : { worker_name }),
    ...(function_id === undefined ? {} : { function_id }),
  }
  const passing = new RegistrationRejectedError(init)
  if (parts.conflicts?.refused(passing)) return
  const nameHolder = owner_worker_id === '' ? undefined : parts.nameHolder
  // A name that the engine has confirmed before was not refused for a holder that is dying.
  if (nameHolder && code === ErrorCode.WORKER_NAMESPACE_CONFLICT && !parts.barrier.isConfirmed) {
    nameHolder.refused(passing)
    return
  }
  const error = nameHolder ? new RegistrationRejectedError(init, { advice: nameHolder.advice }) : passing
  if (code !== ErrorCode.FUNCTION_NAMESPACE_CONFLICT) {
    parts.link.reject(error)
    return
  }
  parts.functions.refuse(error)
  parts.report({ kind: 'registration_rejected', error })
}

function triggerResult(parts: Receivers, message: MessageNamed<EngineMessage, 'triggerregistrationresult'>): void {
  const { id, trigger_type, function_id, error } = message
  if (error === undefined) return
  if (error.code === ErrorCode.trigger_replaced) {
    const { message: text } = error
    parts.report({
      kind: 'trigger_replaced',
      triggerId: id,
      triggerType: trigger_type,
      functionId: function_id,
      message: text,
    })
    return
  }
  const facts = { trigger_id: id, trigger_type, function_id, reason: error.message }
  const namespace = parts.options.namespace ?? DEFAULT_NAMESPACE
  parts.triggers.refuse(
    id,
    new RegistrationRejectedError({ ...facts, code: error.code, namespace, owner_worker_id: '' }),
  )
  parts.report({
    kind: 'trigger_registration_failed',
    triggerId: id,
    triggerType: trigger_type,
    functionId: function_id,
    code: error.code,
    message: error.message,
  })
}
