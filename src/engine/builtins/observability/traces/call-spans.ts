/**
 * Decides which calls get a span of the engine: those of built-in functions within a trace. The worker of a function
 * creates the span of its call. Functions that serve telemetry get none, otherwise reading traces would add to them.
 */
import { functionKind, withSpan, type Instruments } from '../../../instruments.js'
import { inputOf, type RoutedCall } from '../../../calls/routed-call.js'
import { parseTraceparent } from '../../../calls/trace-headers.js'
import { isRecord } from '../../../../wire/protocol/validate.js'

/** Functions that only serve telemetry, beside those of this built-in. */
const SILENT = 'engine::baggage::'

/** Members of an input that name what a call reads or changes, by the prefix of its function, and their attributes. */
const NAMING: ReadonlyMap<string, readonly (readonly [member: string, attribute: string])[]> = new Map([
  [
    'state',
    [
      ['scope', 'iii.state.scope'],
      ['key', 'iii.state.key'],
    ],
  ],
  [
    'stream',
    [
      ['stream_name', 'iii.stream.name'],
      ['group_id', 'iii.stream.group_id'],
      ['item_id', 'iii.stream.item_id'],
    ],
  ],
])
/** Longer names are left out. */
const MAX_NAME_CHARACTERS = 256

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
    ...namesIn(call),
  }
  const span = open({ name: `call ${functionId}`, trace: call, attributes })
  return span === undefined ? call : { ...withSpan(call, span), ...span.trace }
}

function namesIn({ functionId, data }: RoutedCall): Record<string, string> {
  const naming = NAMING.get(functionId.slice(0, functionId.indexOf('::')))
  const input = naming === undefined ? undefined : inputOf(data)
  if (naming === undefined || !isRecord(input)) return {}
  const names = naming.map(([member, attribute]) => [attribute, input[member]] as const)
  return Object.fromEntries(names.filter(isName))
}

function isName(entry: readonly [string, unknown]): entry is readonly [string, string] {
  return typeof entry[1] === 'string' && entry[1].length <= MAX_NAME_CHARACTERS
}
