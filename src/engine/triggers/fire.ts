/**
 * Fires a binding of a built-in type: condition first, then the function. Implements the rules that all built-in types
 * share.
 */
import { toErrorBody } from '../../wire/protocol/error-body.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { Binding, EngineHost, HostCall } from '../builtins/builtin.js'
import type { EngineEvent } from '../engine-events.js'
import type { SpanStart } from '../instruments.js'

/** Trace headers that a firing passes on. */
export type Trace = Pick<HostCall, 'traceparent' | 'baggage'>

/** The condition function in the config of a binding. */
export function conditionOf(binding: Binding): string | undefined {
  const id = isRecord(binding.config) ? binding.config['condition_function_id'] : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** The payload and the context of a firing. */
export type Firing = Partial<Omit<HostCall, 'functionId' | 'namespace' | 'access'>> & Pick<HostCall, 'data'>

/**
 * Whether the condition of a binding accepts a payload. Only an explicit `false` rejects it.
 * @throws {InvocationError} when the condition function is missing or fails.
 */
export async function conditionHolds(host: EngineHost, binding: Binding, firing: Firing): Promise<boolean> {
  const functionId = conditionOf(binding)
  if (functionId === undefined) return true
  const { namespace, access } = binding
  return (await host.invoke({ ...firing, functionId, namespace, access })) !== false
}

/** Calls the bound function with a payload and, if the type delivers it, the metadata of the binding. */
export function callBound(host: EngineHost, binding: Binding, firing: Firing): Promise<unknown> {
  const { functionId, namespace, access } = binding
  const call = { ...firing, functionId, namespace, access }
  return invokeInSpan(host, call, firingSpan(binding, call))
}

/** The event for a firing whose function or condition failed without a caller. */
export function triggerFailed(binding: Binding, thrown: unknown, { traceparent }: Trace): EngineEvent {
  const { id: triggerId, triggerType, functionId } = binding
  return { kind: 'trigger_failed', triggerId, triggerType, functionId, error: toErrorBody(thrown), traceparent }
}

/** Name and attributes of a span, without its trace, which is that of its call. */
export type CallSpan = Omit<SpanStart, 'trace'>

/** Makes a call within a span, if it is to have one and its trace is kept. */
export function invokeInSpan(host: EngineHost, call: HostCall, named: CallSpan | undefined): Promise<unknown> {
  const span = named === undefined ? undefined : host.instruments.openSpan?.({ ...named, trace: call })
  if (span === undefined) return host.invoke(call)
  const result = host.invoke({ ...call, ...span.trace })
  result.then(
    () => span.end(),
    (error: unknown) => span.end(toErrorBody(error)),
  )
  return result
}

/** Types whose firings have a span of their own around all calls. */
const SPANNED_TYPES = new Set(['http', 'state', 'stream', 'configuration'])

/** The span of the call of a trigger. */
function firingSpan({ id, triggerType, functionId }: Binding, call: HostCall): CallSpan | undefined {
  const isSchedule = triggerType === 'cron'
  if (SPANNED_TYPES.has(triggerType) || (call.traceparent === undefined && !isSchedule)) return undefined
  const attributes = { 'faas.invoked_name': functionId, 'trigger.id': id, 'trigger.type': triggerType }
  return { name: `${isSchedule ? 'call' : 'trigger'} ${functionId}`, attributes }
}

/** The span of a call that waited in a queue or a topic. */
export function deliverySpan(
  { kind, name }: { readonly kind: 'queue' | 'topic'; readonly name: string },
  { functionId, traceparent }: HostCall,
): CallSpan | undefined {
  if (traceparent === undefined) return undefined
  const attributes = { 'faas.invoked_name': functionId, queue: name }
  return { name: `${kind === 'queue' ? 'fn_queue' : 'queue'} ${name}`, attributes }
}
