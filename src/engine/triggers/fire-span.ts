/**
 * Spans around calls that the engine makes because something happened. What belongs to a trace gets one, a schedule's
 * run starts one; a request over HTTP has a span of its own already. Nothing is made where nobody keeps spans.
 */
import { toErrorBody } from '../../wire/protocol/error-body.js'
import type { Binding, EngineHost, HostCall } from '../builtins/builtin.js'
import type { SpanStart } from '../instruments.js'

/** What a span is called and says, without the trace, which is that of its call. */
export type CallSpan = Omit<SpanStart, 'trace'>

/** Makes a call within a span, if it is to have one and somebody keeps it. */
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

/** The span of a trigger's call. */
export function firingSpan({ id, triggerType, functionId }: Binding, call: HostCall): CallSpan | undefined {
  const isSchedule = triggerType === 'cron'
  if (triggerType === 'http' || (call.traceparent === undefined && !isSchedule)) return undefined
  const attributes = { 'faas.invoked_name': functionId, 'trigger.id': id, 'trigger.type': triggerType }
  return { name: `${isSchedule ? 'call' : 'trigger'} ${functionId}`, attributes }
}

/** The span of a call that waited in a queue. */
export function deliverySpan(queue: string, { functionId, traceparent }: HostCall): CallSpan | undefined {
  if (traceparent === undefined) return undefined
  return { name: `fn_queue ${queue}`, attributes: { 'faas.invoked_name': functionId, queue } }
}
