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
  const { name, code, stack } = readFacts(thrown)
  if (isShownAs(thrown, { message, stack })) span.recordException(thrown)
  else span.recordException({ message, name: code ?? name ?? 'Error', ...(stack === undefined ? {} : { stack }) })
}

/** Whether an error has these texts as plain own properties; accessors could throw or change between reads. */
function isShownAs(thrown: unknown, facts: Readonly<Record<'message' | 'stack', string | undefined>>): thrown is Error {
  if (types.isProxy(thrown) || !(thrown instanceof Error) || 'code' in thrown) return false
  return (['message', 'stack'] as const).every((name) => {
    const own = Object.getOwnPropertyDescriptor(thrown, name)
    return (own?.get !== undefined && own.get === NATIVE_STACK ? thrown.stack : own?.value) === facts[name]
  })
}

/** Newer versions of V8 give errors their stack as an accessor. */
const NATIVE_STACK: unknown = Reflect.get(Object.getOwnPropertyDescriptor(new Error(), 'stack') ?? {}, 'get')

/** The strings that describe an error; getters of foreign objects may throw. */
function readFacts(thrown: unknown): {
  name?: string | undefined
  code?: string | undefined
  stack?: string | undefined
} {
  try {
    const { name, code, stack } = Object(thrown) as { name?: unknown; code?: unknown; stack?: unknown }
    return { name: text(name), code: text(code), stack: text(stack) }
  } catch {
    return {}
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? shown(value) : undefined
}
