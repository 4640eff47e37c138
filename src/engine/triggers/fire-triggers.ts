/** Fires triggers on request, whatever their type, as a schedule, a request or an event of a worker would. */
import { ErrorCode, InvocationError } from '../../errors.js'
import type { EngineHost } from '../builtins/builtin.js'
import type { Bindings } from './bindings.js'
import { callBound, conditionHolds } from './fire.js'
import type { Trigger } from './trigger.js'

/** Maximum ids named in an error message. */
const MAX_NAMED = 10

/**
 * Fires the trigger with an id, or every bound trigger of a type, and waits for the functions.
 * @returns their results, in order of registration; triggers whose condition returns false are left out.
 * @throws {InvocationError} `NOT_FOUND` if nothing is bound; otherwise the first failure, once all have ended.
 */
export async function fireTriggers(
  { bindings, host }: { readonly bindings: Bindings; readonly host: EngineHost },
  typeOrId: string,
  payload: unknown,
): Promise<unknown[]> {
  const triggers = boundTo(bindings, typeOrId)
  const outcomes = await Promise.allSettled(triggers.map((trigger) => fireOne(host, trigger, payload)))
  return outcomes.flatMap((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

async function fireOne(host: EngineHost, trigger: Trigger, payload: unknown): Promise<[] | [unknown]> {
  if (!(await conditionHolds(host, trigger, { data: payload }))) return []
  return [await callBound(host, trigger, { data: payload, metadata: trigger.metadata })]
}

function boundTo({ triggers }: Bindings, typeOrId: string): readonly Trigger[] {
  const one = triggers.get(typeOrId)
  const bound = (one === undefined ? [...triggers.ofType(typeOrId)] : [one]).filter(({ type }) => type !== undefined)
  if (bound.length > 0) return bound
  const others = [...triggers.all()].filter(({ type }) => type !== undefined).slice(0, MAX_NAMED)
  const known = others.map(({ id, triggerType }) => `${id} (${triggerType})`).join(', ') || 'none'
  const message = `No trigger with the id or type '${typeOrId}' is bound; bound are: ${known}`
  throw new InvocationError({ code: ErrorCode.NOT_FOUND, message })
}
