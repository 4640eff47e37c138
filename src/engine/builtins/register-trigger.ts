/**
 * Registering and ending triggers by calling a function. The caller waits for the provider's word, up to a limit;
 * silence counts as consent.
 */
import { ErrorCode, InvocationError, type ErrorBody } from '../../errors.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../protocol/names.js'
import { deferred } from '../../std/deferred.js'
import { json, optional, string } from '../builtin-fields.js'
import { builtinFunction } from '../builtin-input.js'
import type { BuiltinFunction, CallContext } from '../builtin.js'
import type { EngineParts } from '../engine-parts.js'
import type { TriggerRequest } from '../trigger.js'

export function registerTriggerFunction(parts: EngineParts): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.REGISTER_TRIGGER,
    description: 'Registers a trigger that outlives the connection of whoever asks for it',
    input: {
      trigger_type: string,
      function_id: string,
      config: optional(json),
      metadata: optional(json),
      trigger_namespace: optional(string),
    },
    call: async (input, context) => {
      refuseForbidden(parts, input.function_id, context)
      refuseTooMany(parts)
      const id = parts.random.uuid()
      const error = await answerTo(parts, {
        id,
        triggerType: input.trigger_type,
        functionId: input.function_id,
        namespace: DEFAULT_NAMESPACE,
        config: input.config ?? null,
        metadata: input.metadata,
        homeNamespace: DEFAULT_NAMESPACE,
        typeNamespace: input.trigger_namespace,
        owner: undefined,
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
    description: 'Ends a trigger, whoever registered it',
    input: { id: string, trigger_type: optional(string) },
    call: ({ id }) => ({ removed: bindings.unregister(id) }),
  })
}

/** The provider's first word on a trigger; `undefined` for consent and for silence. */
async function answerTo(parts: EngineParts, request: TriggerRequest): Promise<ErrorBody | undefined> {
  const answer = deferred<ErrorBody | undefined>()
  const timer = parts.clock.after(parts.limits.hookTimeoutMs, () => answer.resolve(undefined), 'background')
  parts.bindings.register(request, answer.resolve)
  try {
    return await answer.promise
  } finally {
    timer.cancel()
  }
}

/** A caller on a guarded listener may not have done for it what it may not do itself. */
function refuseForbidden({ sessions, directory }: EngineParts, functionId: string, context: CallContext): void {
  const access = context.callerWorkerId === undefined ? undefined : sessions.get(context.callerWorkerId)?.access
  const metadata = directory.find(DEFAULT_NAMESPACE, functionId)?.metadata
  const refusal = access?.refuseCall(DEFAULT_NAMESPACE, functionId, metadata)
  if (refusal !== undefined) throw new InvocationError(refusal)
}

/** They outlive whoever registers them, so that leaving gives no room back. */
function refuseTooMany({ bindings, limits, counters }: EngineParts): void {
  if (bindings.triggers.unowned.size < limits.maxUnownedTriggers) return
  counters.refused.unownedTriggers += 1
  const message = `The engine keeps at most ${String(limits.maxUnownedTriggers)} triggers that belong to no worker; end some with ${EngineFunctions.UNREGISTER_TRIGGER}`
  throw new InvocationError({ code: ErrorCode.trigger_registration_failed, message })
}

function failed({ code, message }: ErrorBody): InvocationError {
  const detail = code === ErrorCode.trigger_registration_failed ? message : `${code}: ${message}`
  return new InvocationError({ code: ErrorCode.trigger_registration_failed, message: detail })
}
