/**
 * Where each frame from the engine goes: one exhaustive switch. Nothing here throws; a frame that cannot be used is
 * reported and the link stays.
 */
import { ErrorCode, RegistrationRejectedError, RemoteError } from '../errors.js'
import { workerCodec, type BlankFrame, type FrameProblem } from '../protocol/codec.js'
import { isErrorBody } from '../protocol/error-body.js'
import type { EngineMessage, MessageNamed } from '../protocol/messages.js'
import { DEFAULT_NAMESPACE } from '../protocol/names.js'
import type { Call } from '../rpc/calls.js'
import { assertNever } from '../std/assert-never.js'
import { describe } from '../std/describe.js'
import type { Core } from './core.js'
import { serve } from './invoke.js'

/** Handles one decoded frame. */
export function receive(core: Core, message: EngineMessage | FrameProblem | BlankFrame): void {
  if (message.type === 'blank') return
  switch (message.type) {
    case 'invokefunction':
      serve(core.server, message)
      break
    case 'invocationresult':
      settle(core, message)
      break
    case 'workerregistered':
      core.greeting = { workerId: message.worker_id, reattachToken: message.reattach_token }
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
      core.report({ kind: 'unreadable_frame', code: message.code, detail: message.detail })
      break
    default:
      assertNever(message)
  }
}

const PONG = workerCodec.encode({ type: 'pong' })

function refused(core: Core, { error }: MessageNamed<EngineMessage, 'error'>): void {
  core.refusals.emit(error)
  core.report({ kind: 'session_refused', code: error.code, message: error.message })
}

function settle(core: Core, message: MessageNamed<EngineMessage, 'invocationresult'>): void {
  const known = core.calls.settle(message.invocation_id, (opened) => {
    if (message.error === undefined) opened.resolve(message.result)
    else opened.reject(remoteError(opened, message.error))
  })
  if (known) return
  core.report({ kind: 'late_result', invocationId: message.invocation_id, functionId: message.function_id })
}

function remoteError(opened: Call, error: unknown): RemoteError {
  const facts = { function_id: opened.options.functionId, invocationId: opened.id }
  if (isErrorBody(error)) return new RemoteError({ ...facts, ...error })
  const message = `The call failed with an error of an unknown form: ${describe(error)}`
  return new RemoteError({ ...facts, code: ErrorCode.UNKNOWN, message })
}

function rejected(core: Core, message: MessageNamed<EngineMessage, 'registrationrejected'>): void {
  const { namespace = DEFAULT_NAMESPACE, owner_worker_id = '', code, worker_name, function_id } = message
  const error = new RegistrationRejectedError({
    code,
    namespace,
    owner_worker_id,
    ...(worker_name === undefined ? {} : { worker_name }),
    ...(function_id === undefined ? {} : { function_id }),
  })
  if (code === ErrorCode.FUNCTION_NAMESPACE_CONFLICT) core.report({ kind: 'registration_rejected', error })
  else core.reject(error)
}

function triggerResult(core: Core, message: MessageNamed<EngineMessage, 'triggerregistrationresult'>): void {
  if (message.error === undefined) return
  core.report({
    kind: 'trigger_registration_failed',
    triggerId: message.id,
    triggerType: message.trigger_type,
    functionId: message.function_id,
    code: message.error.code,
    message: message.error.message,
  })
}
