/**
 * Decides which calls get a span of the engine: those of built-in functions within a trace. The worker of a function
 * creates the span of its call. Functions that serve telemetry get none, otherwise reading traces would add to them.
 */
import { functionKind, withSpan, type Instruments } from '../../../instruments.js'
import type { RoutedCall } from '../../../calls/routed-call.js'
import { parseTraceparent } from '../../../calls/trace-headers.js'

/** Functions that only serve telemetry, beside those of this built-in. */
const SILENT = 'engine::baggage::'

export interface CallSpansOptions {
  readonly open: NonNullable<Instruments['openSpan']>
  /** The built-in whose functions never get a span. */
  readonly except: string
  /** Whether calls outside a trace get a span, too. */
  readonly always: boolean
}

/** Returns the call with a span around it, if it gets one. */
export function spanned(call: RoutedCall, builtin: string, { open, except, always }: CallSpansOptions): RoutedCall {
  const { functionId } = call
  const isTraced = parseTraceparent(call.traceparent) !== undefined
  if ((!isTraced && !always) || builtin === except || functionId.startsWith(SILENT)) return call
  const attributes = {
    'faas.invoked_name': functionId,
    'faas.trigger': 'other',
    function_id: functionId,
    ...functionKind(functionId),
  }
  const span = open({ name: `call ${functionId}`, trace: call, attributes })
  return span === undefined ? call : { ...withSpan(call, span), ...span.trace }
}
