/**
 * Where each frame from the engine goes: one exhaustive switch. Nothing here throws; a frame that cannot be used is
 * reported and the link stays.
 */
import {
  ErrorCode,
  RegistrationRejectedError,
  RemoteError,
  type ErrorBody,
  type WebSocketError,
} from '../../../errors.js'
import { workerCodec, type BlankFrame, type FrameProblem } from '../../../wire/protocol/codec.js'
import { readErrorBody } from '../../../wire/protocol/error-body.js'
import type { EngineMessage, MessageNamed } from '../../../wire/protocol/messages.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { deniedError } from '../../connection/closed-error.js'
import type { Connection } from '../../connection/connection.js'
import type { Call, Calls } from '../../rpc/calls.js'
import type { Emitter } from '../../../std/async/emitter.js'
import { assertNever } from '../../../std/assert-never.js'
import { describe } from '../../../std/text/describe.js'
import type { Barrier } from '../lifecycle/barrier.js'
import type { Greeting } from '../lifecycle/announce.js'
import type { Conflicts } from '../lifecycle/conflicts.js'
import type { WorkerCounters } from '../stats.js'
import type { Report } from '../diagnostics.js'
import { serve, type Server } from './invoke.js'
import type { NameHolder } from '../lifecycle/name-holder.js'
import type { Functions } from '../functions/functions.js'
import type { WorkerOptions } from '../options.js'
import { CONFLICT_ADVICE } from '../lifecycle/refusals.js'
import type { Triggers } from '../triggers/triggers.js'
import type { TriggerTypes } from '../triggers/trigger-types.js'

/** What frames are handed to. */
export interface Receivers {
  readonly server: Server
  readonly counters: WorkerCounters
  readonly calls: Calls
  readonly triggerTypes: TriggerTypes
  readonly barrier: Barrier
  readonly connection: Connection
  readonly options: WorkerOptions
  readonly functions: Functions
  readonly triggers: Triggers
  readonly refusals: Emitter<ErrorBody>
  readonly report: Report
  /** Absent when a conflict is not waited out. */
  readonly conflicts: Conflicts | undefined
  /** Absent when a conflict is waited out. */
  readonly nameHolder: NameHolder | undefined
  greeting: Greeting | undefined
  previous: Greeting | undefined
  denial: WebSocketError | undefined
  /** Ends the client because the engine refused it for good. */
  reject(error: RegistrationRejectedError): void
}

/** Handles one decoded frame. */
export function receive(core: Receivers, message: EngineMessage | FrameProblem | BlankFrame): void {
  if (message.type === 'blank') return
  switch (message.type) {
    case 'invokefunction':
      serve(core.server, message)
      break
    case 'invocationresult':
      settle(core, message)
      break
    case 'workerregistered':
      accepted(core, message)
      break
    case 'registrationrejected':
      rejected(core, message)
      break
    case 'registertrigger':
      core.triggerTypes.bind(message)
      break
    case 'unregistertrigger':
      core.triggerTypes.unbind(message.id)
      break
    case 'triggerregistrationresult':
      triggerResult(core, message)
      break
    case 'ping':
      core.connection.sendIfOpen(PONG)
      break
    case 'pong':
      core.barrier.pong()
      break
    case 'error':
      refused(core, message)
      break
    case 'invalid':
      unreadable(core, message)
      break
    default:
      assertNever(message)
  }
}

const PONG = workerCodec.encode({ type: 'pong' })

/** Everything is announced now; the session before is retired first. */
function accepted(core: Receivers, message: MessageNamed<EngineMessage, 'workerregistered'>): void {
  core.previous = core.greeting
  core.greeting = { workerId: message.worker_id, reattachToken: message.reattach_token }
  core.nameHolder?.accepted(core.greeting)
  core.connection.accepted()
}

function refused(core: Receivers, { error }: MessageNamed<EngineMessage, 'error'>): void {
  core.denial = deniedError(error, core.options.url)
  core.refusals.emit(error)
  core.report({ kind: 'session_refused', code: error.code, message: error.message })
}

function unreadable(core: Receivers, { code, detail }: FrameProblem): void {
  core.counters.unreadableFrames += 1
  core.report({ kind: 'unreadable_frame', code, detail })
}

function settle(core: Receivers, message: MessageNamed<EngineMessage, 'invocationresult'>): void {
  const known = core.calls.settle(message.invocation_id, (opened) => {
    if (message.error === undefined) opened.resolve(message.result)
    else opened.rejectTraced(() => remoteError(opened, message.error))
  })
  if (known) return
  core.report({ kind: 'late_result', invocationId: message.invocation_id, functionId: message.function_id })
}

function remoteError(opened: Call, error: unknown): RemoteError {
  const facts = { function_id: opened.options.functionId, invocationId: opened.id }
  const body = readErrorBody(error)
  if (body !== undefined) return new RemoteError({ ...body, ...facts })
  const message = `The call failed with an error of an unknown form: ${describe(error)}`
  return new RemoteError({ ...facts, code: ErrorCode.UNKNOWN, message })
}

function rejected(core: Receivers, message: MessageNamed<EngineMessage, 'registrationrejected'>): void {
  const { namespace = DEFAULT_NAMESPACE, owner_worker_id = '', code, worker_name, function_id } = message
  const init = {
    code,
    namespace,
    owner_worker_id,
    ...(worker_name === undefined ? {} : { worker_name }),
    ...(function_id === undefined ? {} : { function_id }),
  }
  const passing = new RegistrationRejectedError(init)
  if (core.conflicts?.refused(passing)) return
  const canWait = core.conflicts === undefined && owner_worker_id !== ''
  // A name that the engine has confirmed before was not refused for a holder that is dying.
  if (canWait && code === ErrorCode.WORKER_NAMESPACE_CONFLICT && !core.barrier.isConfirmed) {
    core.nameHolder?.refused(passing)
    return
  }
  const error = canWait ? new RegistrationRejectedError(init, { advice: CONFLICT_ADVICE }) : passing
  if (code !== ErrorCode.FUNCTION_NAMESPACE_CONFLICT) {
    core.reject(error)
    return
  }
  core.functions.refuse(error)
  core.report({ kind: 'registration_rejected', error })
}

function triggerResult(core: Receivers, message: MessageNamed<EngineMessage, 'triggerregistrationresult'>): void {
  const { id, trigger_type, function_id, error } = message
  if (error === undefined) return
  if (error.code === ErrorCode.trigger_replaced) {
    const { message: text } = error
    core.report({
      kind: 'trigger_replaced',
      triggerId: id,
      triggerType: trigger_type,
      functionId: function_id,
      message: text,
    })
    return
  }
  const facts = { trigger_id: id, trigger_type, function_id, reason: error.message }
  const namespace = core.options.namespace ?? DEFAULT_NAMESPACE
  core.triggers.refuse(
    id,
    new RegistrationRejectedError({ ...facts, code: error.code, namespace, owner_worker_id: '' }),
  )
  core.report({
    kind: 'trigger_registration_failed',
    triggerId: id,
    triggerType: trigger_type,
    functionId: function_id,
    code: error.code,
    message: error.message,
  })
}
