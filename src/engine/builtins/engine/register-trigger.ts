/**
 * Registers and removes triggers by a call. The caller waits for the answer of the provider for a limited time; no
 * answer means success.
 */
import { ErrorCode, InvocationError, type ErrorBody } from '../../../errors.js'
import type { MessageNamed, WorkerMessage } from '../../../wire/protocol/messages.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../../wire/protocol/names.js'
import { deferred } from '../../../std/async/deferred.js'
import { weightOf } from '../../../std/json/weight.js'
import { isForeign } from '../../access/access.js'
import type { BuiltinFunction, CallContext } from '../builtin.js'
import type { EngineParts } from '../../engine-parts.js'
import type { TriggerRegistration } from '../../triggers/trigger.js'
import { builtinFunction } from '../../declare/function.js'
import { any, boolean, object, optional, string } from '../../declare/schema.js'

type TriggerMessage = MessageNamed<WorkerMessage, 'registertrigger'>

const registration = object({
  trigger_type: string(),
  function_id: string('The function to call, in the namespace `default`'),
  config: optional(any('The config of the trigger type'), null),
  metadata: optional(any('Passed to the function with every call'), null),
  trigger_namespace: optional(string('The only namespace in which the type is looked up'), null),
  _caller_worker_id: optional(string('Set by the engine'), null),
})

export function registerTriggerFunction(parts: EngineParts): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.REGISTER_TRIGGER,
    description: 'Registers a trigger that outlives the connection of its caller',
    input: registration,
    output: object({ id: string('The new trigger') }),
    call: async ({ _caller_worker_id, ...input }, context) => {
      refuseTooMany(parts, weightOf(input))
      const asked: TriggerMessage = {
        type: 'registertrigger',
        ...input,
        id: parts.random.uuid(),
        config: input.config ?? null,
        namespace: DEFAULT_NAMESPACE,
      }
      const { id, trigger_type, function_id, trigger_namespace, ...message } = await admitted(parts, asked, context)
      const error = await answerTo(parts, {
        id,
        triggerType: trigger_type,
        functionId: function_id,
        namespace: DEFAULT_NAMESPACE,
        config: message.config,
        metadata: message.metadata,
        homeNamespace: DEFAULT_NAMESPACE,
        typeNamespace: trigger_namespace,
        owner: undefined,
        access: context.access,
        bytes: weightOf(message),
      })
      if (error === undefined) return { id }
      parts.bindings.unregister(id)
      throw failed(error)
    },
  })
}

export function unregisterTriggerFunction({ bindings }: EngineParts): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.UNREGISTER_TRIGGER,
    description: 'Removes a trigger; a session of a guarded listener can remove only its own',
    input: object({ id: string(), trigger_type: optional(string('Accepted, but the id is sufficient'), null) }),
    output: object({ removed: boolean('False if there is no such trigger') }),
    call: ({ id }, { access }) => {
      const present = bindings.triggers.get(id)
      return { removed: present !== undefined && !isForeign(present, access) && bindings.unregister(id) }
    },
  })
}

/** The trigger after the checks, hooks and prefix of a guarded listener, the same as for one registered by a frame. */
async function admitted(
  { sessions, bindings }: EngineParts,
  asked: TriggerMessage,
  { access, callerWorkerId = '' }: CallContext,
): Promise<TriggerMessage> {
  if (access === undefined) return asked
  const admission = await access.admit(asked, sessions.get(callerWorkerId)?.namespace ?? DEFAULT_NAMESPACE)
  if (admission.kind === 'refused' || admission.message.type !== 'registertrigger') {
    throw forbidden(admission.kind === 'refused' ? admission.reason : 'the hook returned another registration')
  }
  const { message } = admission
  const present = bindings.triggers.get(message.id)
  if (present !== undefined && isForeign(present, access))
    throw forbidden(`trigger '${message.id}' is not of this session`)
  return message
}

/** The first answer of the provider; `undefined` for success and for no answer. */
async function answerTo(parts: EngineParts, request: TriggerRegistration): Promise<ErrorBody | undefined> {
  const answer = deferred<ErrorBody | undefined>()
  const timer = parts.clock.after(parts.limits.hookTimeoutMs, () => answer.resolve(undefined), 'background')
  parts.bindings.register(request, answer.resolve)
  try {
    return await answer.promise
  } finally {
    timer.cancel()
  }
}

/** Such triggers outlive the session that registers them, so they count until they are removed. */
function refuseTooMany({ bindings, limits, counters, ownedBytes }: EngineParts, bytes: number): void {
  const refusal = ownedBytes.refuse(undefined, bytes)
  if (refusal !== undefined) throw failed({ code: ErrorCode.trigger_registration_failed, message: refusal })
  if (bindings.triggers.unowned.size < limits.maxUnownedTriggers) return
  counters.refused.unownedTriggers += 1
  const message = `The engine keeps at most ${String(limits.maxUnownedTriggers)} triggers without an owner; remove some with ${EngineFunctions.UNREGISTER_TRIGGER}`
  throw new InvocationError({ code: ErrorCode.trigger_registration_failed, message })
}

function forbidden(message: string): InvocationError {
  return new InvocationError({ code: ErrorCode.FORBIDDEN, message })
}

function failed({ code, message }: ErrorBody): InvocationError {
  const detail = code === ErrorCode.trigger_registration_failed ? message : `${code}: ${message}`
  return new InvocationError({ code: ErrorCode.trigger_registration_failed, message: detail })
}
