/**
 * Reads and changes the running trace without the API of OpenTelemetry: ids, headers, baggage, attributes. Each
 * function uses the context that is active where it is called.
 */
import type { Attributes, AttributeValue, Baggage, Context, Span, SpanContext, SpanKind } from '@opentelemetry/api'
import { invalidArgument } from '../../../errors.js'
import { checkFunction, checkKind, checkName, checkOptions } from '../setting.js'
import { currentTelemetry } from '../active-telemetry.js'
import { otelApi } from '../otel-modules.js'
import { extractHeaders, injectHeaders } from './propagation.js'
import { recordFailure, recordSuccess } from './span-failure.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** Trace id of the running span: 32 hex digits; nothing without a span. */
export function currentTraceId(): string | undefined {
  return runningSpanContext()?.traceId
}

/** Id of the running span: 16 hex digits; nothing without a span. */
export function currentSpanId(): string | undefined {
  return runningSpanContext()?.spanId
}

function runningSpanContext(): SpanContext | undefined {
  const { context, isSpanContextValid, trace } = otelApi()
  const running = trace.getSpanContext(context.active())
  return running !== undefined && isSpanContextValid(running) ? running : undefined
}

/** The `traceparent` header of the active span. */
export function injectTraceparent(): string | undefined {
  return injectHeaders(otelApi().context.active()).traceparent
}

/** The `baggage` header of the active context. */
export function injectBaggage(): string | undefined {
  return injectHeaders(otelApi().context.active()).baggage
}

/** The active context with the parent span of a `traceparent`. */
export function extractTraceparent(traceparent: string): Context {
  return extractContext(traceparent)
}

/** The active context with the baggage of a header. */
export function extractBaggage(baggage: string): Context {
  return extractContext(undefined, baggage)
}

/** The active context with both headers applied. */
export function extractContext(traceparent?: string, baggage?: string): Context {
  return extractHeaders({ traceparent, baggage }, otelApi().context.active())
}

/** One value of the active baggage. */
export function getBaggageEntry(key: string): string | undefined {
  return otelApi().propagation.getActiveBaggage()?.getEntry(key)?.value
}

/** The active baggage as an object. */
export function getAllBaggage(): Record<string, string> {
  const entries = otelApi().propagation.getActiveBaggage()?.getAllEntries() ?? []
  return Object.fromEntries(entries.map(([key, { value }]) => [key, value]))
}

/**
 * A context with an entry added to the running baggage, which is not changed.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a blank key, or a value that is not a string.
 */
export function setBaggageEntry(key: string, value: string): Context {
  checkName('key', key)
  if (typeof value !== 'string') throw invalidArgument('value', 'a string', value)
  return withBaggage((baggage) => baggage.setEntry(key, { value }))
}

/** A context with an entry removed from the running baggage, which is not changed. */
export function removeBaggageEntry(key: string): Context {
  return withBaggage((baggage) => baggage.removeEntry(key))
}

function withBaggage(change: (baggage: Baggage) => Baggage): Context {
  const { context, propagation } = otelApi()
  const baggage = propagation.getActiveBaggage() ?? propagation.createBaggage()
  return propagation.setBaggage(context.active(), change(baggage))
}

/** Whether the active span is recorded. */
export function currentSpanIsRecording(): boolean {
  return recordingSpan() !== undefined
}

/** Sets an attribute on the running span, if it records. A key that is not a string is ignored. */
export function setCurrentSpanAttribute(key: string, value: AttributeValue): void {
  if (typeof key === 'string') recordingSpan()?.setAttribute(key, value)
}

/** Marks the running span as failed, if there is one. The mark stays if the handler returns a result. */
export function setCurrentSpanError(message: string): void {
  const { SpanStatusCode, trace } = otelApi()
  trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message })
}

/** Adds an event to the active span, if it is recorded. */
export function recordSpanEvent(name: string, attributes?: Attributes): void {
  recordingSpan()?.addEvent(name, attributes)
}

function recordingSpan(): Span | undefined {
  const span = otelApi().trace.getActiveSpan()
  return span?.isRecording() ? span : undefined
}

/** How `withSpan` makes its span. */
export type WithSpanOptions = {
  /** Default `INTERNAL`. */
  kind?: SpanKind | undefined
  /** Makes the span a child of this one instead of the running one. */
  traceparent?: string | undefined
}

const SPAN_KEYS = keysOf<WithSpanOptions>({ kind: true, traceparent: true })

/**
 * Runs a function inside a new span: status OK when it resolves, unless it has set an error by then; ERROR and an
 * `exception` event when it rejects. Without telemetry the span records nothing.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a blank name, invalid options, or a value that is not a function.
 */
export async function withSpan<T>(name: string, options: WithSpanOptions, fn: (span: Span) => Promise<T>): Promise<T> {
  checkName('name', name)
  checkOptions('withSpan options', options, SPAN_KEYS)
  checkFunction('fn', fn)
  const { context, SpanKind, trace, INVALID_SPAN_CONTEXT } = otelApi()
  const tracer = currentTelemetry()?.tracer
  if (tracer === undefined) return fn(trace.wrapSpanContext(INVALID_SPAN_CONTEXT))
  const parent = options.traceparent === undefined ? context.active() : extractTraceparent(options.traceparent)
  const span = tracer.startSpan(name, { kind: options.kind ?? SpanKind.INTERNAL }, parent)
  try {
    const result = await context.with(trace.setSpan(parent, span), fn, undefined, span)
    recordSuccess(span)
    return result
  } catch (error) {
    recordFailure(span, error)
    throw error
  } finally {
    span.end()
  }
}

/** A snapshot of a context. */
export class CapturedContext {
  readonly #context: Context

  /** @throws {RuntimeError} `INVALID_ARGUMENT` for a value that is not a context. */
  constructor(context: Context = otelApi().context.active()) {
    checkKind('context', 'an OpenTelemetry context', { value: context, method: 'getValue' })
    this.#context = context
  }

  /** Runs a function inside the snapshot and returns its result; can be called any number of times. */
  attach<T>(fn: () => T): T {
    checkFunction('fn', fn)
    return otelApi().context.with(this.#context, fn)
  }
}

/** Takes a snapshot of the active context. */
export function captureOtelContext(): CapturedContext {
  return new CapturedContext()
}
