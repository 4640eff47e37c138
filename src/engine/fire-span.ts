/**
 * Spans around calls that triggers cause. A firing that belongs to a trace gets one, a schedule's run starts one; a
 * request over HTTP has a span of its own already. Nothing is made where nobody keeps spans.
 */
import { toErrorBody } from '../protocol/error-body.js'
import type { Binding, HostCall } from './builtin.js'
import type { Instruments, OpenSpan } from './instruments.js'

/** Makes a call within its span, if it gets one. */
export function withinSpan(
  instruments: Instruments,
  binding: Binding,
  { call, invoke }: { readonly call: HostCall; readonly invoke: (call: HostCall) => Promise<unknown> },
): Promise<unknown> {
  const span = openSpan(instruments, binding, call)
  if (span === undefined) return invoke(call)
  const result = invoke({ ...call, ...span.trace })
  result.then(
    () => span.end(),
    (error: unknown) => span.end(toErrorBody(error)),
  )
  return result
}

function openSpan({ openSpan: open }: Instruments, binding: Binding, call: HostCall): OpenSpan | undefined {
  const { id, triggerType, functionId } = binding
  const isSchedule = triggerType === 'cron'
  if (open === undefined || triggerType === 'http' || (call.traceparent === undefined && !isSchedule)) return undefined
  const name = `${isSchedule ? 'call' : 'trigger'} ${functionId}`
  const attributes = { 'faas.invoked_name': functionId, 'trigger.id': id, 'trigger.type': triggerType }
  return open({ name, trace: call, attributes })
}
