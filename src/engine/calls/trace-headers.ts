/**
 * W3C trace headers of calls: which of them reach a callee, and what the engine adds. A header that cannot be read is
 * left out. The caller receives its own headers back as it sent them. Knows nothing of spans.
 */
import type { TraceHeaders } from '../../wire/protocol/tracing.js'
import type { RoutedCall } from './routed-call.js'

/** The parts of a `traceparent` header. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/

/** Parses the header; `undefined` if it is invalid. */
export function parseTraceparent(header: string | undefined): TraceParent | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(header ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

const NO_HEADERS: TraceHeaders = { traceparent: undefined, baggage: undefined }

/** The headers that the callee of a call receives. */
export function headersForCallee({ traceparent, baggage, functionId, from }: RoutedCall): TraceHeaders {
  if (traceparent === undefined && baggage === undefined) return NO_HEADERS
  // A trace that the engine started has no baggage to add to.
  const isTraced = baggage !== undefined || from !== undefined
  return {
    traceparent: readableTraceparent(traceparent),
    baggage: isTraced ? withFunctionId(baggage, functionId) : undefined,
  }
}

/** The header unless it is invalid. */
export function readableTraceparent(header: string | undefined): string | undefined {
  return header !== undefined && TRACEPARENT.test(header) ? header : undefined
}

/** The baggage entry that the engine adds: the id of the called function. W3C Baggage syntax. */
const KEY = 'iii.function.id'

/** A baggage entry with a valid key and a value without control characters, with its properties. */
const ENTRY = /^[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[^\p{Cc}]*$/u

/** Characters that a baggage value contains literally. All others are percent-encoded. */
const UNSAFE = /[^\u0021\u0023-\u0024\u0026-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e]+/g

/** The valid entries of the baggage and the one for this function, which replaces an older one. */
export function withFunctionId(baggage: string | undefined, functionId: string): string {
  const entry = `${KEY}=${functionId.replace(UNSAFE, encode)}`
  if (baggage === undefined) return entry
  const others = baggage.split(',').filter((each) => (ENTRY.exec(each)?.[1] ?? KEY) !== KEY)
  return [...others, entry].join(',')
}

function encode(text: string): string {
  // A lone surrogate has no UTF-8 form; `toWellFormed` is missing in the oldest supported Node.
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'))
}
