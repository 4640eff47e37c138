/**
 * Stores the spans of all workers and of the engine by trace. The oldest are dropped when a limit is exceeded. A
 * running span is replaced by its end, never the other way round.
 */
import { Emitter, type Unsubscribe } from '../../../../std/async/emitter.js'
import type { EngineHost } from '../../builtin.js'
import { Retained, type RetainedItem, type RetentionCaps } from '../retained.js'
import type { SpanRow } from './span-row.js'

/** Maximum characters of all spans together. */
const MAX_WEIGHT = 64 * 1024 * 1024

export class Spans {
  readonly #host: EngineHost
  readonly #kept: Retained<SpanRow>
  readonly #traces = new Map<string, Map<string, RetainedItem<SpanRow>>>()
  readonly #added: Emitter<SpanRow>
  readonly #isKept: boolean

  /** @param isKept whether spans are stored. If not, subscribers are notified only. */
  constructor(host: EngineHost, maxItems: number, isKept = true) {
    this.#host = host
    this.#isKept = isKept
    this.#kept = new Retained(capsOf(maxItems), (span) => this.#forget(span))
    this.#added = new Emitter((error) => {
      host.log.error({ error }, 'A subscriber of spans failed')
    })
  }

  limit(maxItems: number): void {
    this.#kept.limit(capsOf(maxItems), this.#host.clock.now())
  }

  get size(): number {
    return this.#kept.size
  }

  /** Spans dropped for newer ones. */
  get dropped(): number {
    return this.#kept.dropped
  }

  /** Notifies a subscriber of every span that is kept or replaced. */
  onAdded(listener: (span: SpanRow) => void): Unsubscribe {
    return this.#added.on(listener)
  }

  add(span: SpanRow): void {
    if (this.#isKept && !this.#store(span)) return
    this.#added.emit(span)
  }

  /** False if the end of the span is stored already. */
  #store(span: SpanRow): boolean {
    const present = this.#traces.get(span.trace_id)?.get(span.span_id)
    if (present === undefined) this.#insert(span)
    else if (span.pending === true && present.item.pending !== true) return false
    else this.#kept.replace(present, span)
    return true
  }

  /** All spans, oldest first. */
  all(): SpanRow[] {
    return this.#kept.items()
  }

  /** The spans of a trace, in order of arrival. */
  ofTrace(traceId: string): SpanRow[] {
    return Array.from(this.#traces.get(traceId.toLowerCase())?.values() ?? [], ({ item }) => item)
  }

  /** Whether a span has no parent, or one that is not stored. */
  isRoot({ trace_id, parent_span_id: parent }: SpanRow): boolean {
    return parent === null || this.#traces.get(trace_id)?.has(parent) !== true
  }

  clear(): void {
    this.#kept.clear()
    this.#traces.clear()
  }

  #insert(span: SpanRow): void {
    const kept = this.#kept.add(span, this.#host.clock.now())
    const trace = this.#traces.get(span.trace_id)
    if (trace === undefined) this.#traces.set(span.trace_id, new Map([[span.span_id, kept]]))
    else trace.set(span.span_id, kept)
  }

  #forget({ trace_id, span_id }: SpanRow): void {
    const trace = this.#traces.get(trace_id)
    trace?.delete(span_id)
    if (trace?.size === 0) this.#traces.delete(trace_id)
  }
}

function capsOf(maxItems: number): RetentionCaps {
  return { maxItems, maxWeight: MAX_WEIGHT, maxAgeMs: Infinity }
}
