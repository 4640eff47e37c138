/** Records a failure on a span: status ERROR with the message, and an `exception` event. Accepts any thrown value. */
import { types } from 'node:util'
import type { Span } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { messageOf } from '../../../std/text/describe.js'
import { withoutCredentials } from '../../../std/text/without-credentials.js'
import { otelApi } from '../otel-modules.js'

/** Maximum text; longer texts add no information, and a span has to fit into a message. */
const MAX_CHARACTERS = 32 * 1024

/** The message of any thrown value, limited in length and without credentials in addresses. */
export function failureMessage(thrown: unknown): string {
  return shown(messageOf(thrown))
}

/** Truncated first, so that the rest is not scanned. */
function shown(text: string): string {
  return withoutCredentials(text.slice(0, MAX_CHARACTERS))
}

/** Marks a span as succeeded, unless it was marked as failed before: an error that the handler set stays. */
export function recordSuccess(span: Span & Partial<Pick<ReadableSpan, 'status'>>): void {
  const { SpanStatusCode } = otelApi()
  if (span.status?.code !== SpanStatusCode.ERROR) span.setStatus({ code: SpanStatusCode.OK })
}

/** Marks a span as failed. An error without credentials is recorded unchanged. Never throws. */
export function recordFailure(span: Span, thrown: unknown): void {
  const message = failureMessage(thrown)
  span.setStatus({ code: otelApi().SpanStatusCode.ERROR, message })
  const facts = readFacts(thrown)
  const { name, code, stack }: Partial<Facts> = facts ?? {}
  if (facts !== undefined && isShownAs(thrown, { message, stack })) span.recordException(thrown)
  else span.recordException({ message, name: code ?? name ?? 'Error', ...(stack === undefined ? {} : { stack }) })
}

/** Whether an error has these texts as plain own properties; accessors could throw or change between reads. */
function isShownAs(thrown: unknown, facts: Readonly<Record<'message' | 'stack', string | undefined>>): thrown is Error {
  if (types.isProxy(thrown) || !(thrown instanceof Error) || 'code' in thrown) return false
  return (['message', 'stack'] as const).every((name) => {
    const own = Object.getOwnPropertyDescriptor(thrown, name)
    // Any other accessor, an inherited one as well, may throw although the first reading of it was survived.
    if (own === undefined || (own.get !== undefined && own.get !== NATIVE_STACK)) return false
    return (own.get === undefined ? own.value : thrown.stack) === facts[name]
  })
}

/** Newer versions of V8 give errors their stack as an accessor. */
const NATIVE_STACK: unknown = Reflect.get(Object.getOwnPropertyDescriptor(new Error(), 'stack') ?? {}, 'get')

interface Facts {
  readonly name: string | undefined
  readonly code: string | undefined
  readonly stack: string | undefined
}

/** The strings that describe an error; nothing when one of them throws, as getters of foreign objects may. */
function readFacts(thrown: unknown): Facts | undefined {
  try {
    const { name, code, stack } = Object(thrown) as { name?: unknown; code?: unknown; stack?: unknown }
    return { name: text(name), code: text(code), stack: text(stack) }
  } catch {
    return undefined
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? shown(value) : undefined
}
