/**
 * The trigger type `trace`: reports traces with new spans to functions, in batches. Spans of those functions are not
 * reported, otherwise the reports would never end.
 */
import type { Timer } from '../../../../std/time/clock.js'
import type { Binding, BuiltinTriggerType, EngineHost } from '../../builtin.js'
import { WriteFirings } from '../../../triggers/write-firings.js'
import type { EngineSpans } from './engine-spans.js'
import { unconditional } from '../logs/log-triggers.js'
import type { SpanRow } from './span-row.js'
import { triggerType } from '../../../declare/function.js'
import { list, object, optional, string } from '../../../declare/schema.js'

const BATCH_MS = 300
/** Maximum traces of one batch; a full batch is sent at once. */
const MAX_TRACES = 1_000

interface Bound {
  readonly binding: Binding
  readonly serviceName: string | undefined
  readonly status: string | undefined
  readonly traceIds: Set<string>
}

const config = object({
  service_name: optional(string('Only spans of this service')),
  status: optional(string('Only spans with this status: ok, error or unset')),
})

export class TraceTriggers {
  readonly type: BuiltinTriggerType
  readonly #host: EngineHost
  readonly #spans: EngineSpans
  readonly #firings: WriteFirings
  readonly #bound = new Map<string, Bound>()
  #timer: Timer | undefined

  constructor(host: EngineHost, spans: EngineSpans) {
    this.#host = host
    this.#spans = spans
    this.#firings = new WriteFirings(host)
    this.type = triggerType({
      id: 'trace',
      description: 'Calls a function with the traces that have new spans',
      config,
      request: object({ trace_ids: list(string()) }),
      bind: (binding, { service_name, status }) => {
        this.#bound.set(binding.id, {
          binding: unconditional(binding),
          serviceName: service_name?.toLowerCase(),
          status: status?.toLowerCase(),
          traceIds: new Set(),
        })
      },
      unbind: ({ id }) => {
        this.#bound.delete(id)
      },
    })
  }

  /** Adds the trace of a span to the next batch. */
  note(span: SpanRow): void {
    if (this.#bound.size === 0 || this.#spans.isQuiet(span.trace_id)) return
    const service = span.service_name.toLowerCase()
    for (const bound of this.#bound.values()) {
      if ((bound.serviceName ?? service) !== service || (bound.status ?? span.status) !== span.status) continue
      bound.traceIds.add(span.trace_id)
      if (bound.traceIds.size >= MAX_TRACES) this.#fire(bound)
      else this.#timer ??= this.#host.clock.after(BATCH_MS, () => this.#fireAll(), 'background')
    }
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#firings.stop()
  }

  #fireAll(): void {
    this.#timer = undefined
    for (const bound of this.#bound.values()) {
      if (bound.traceIds.size > 0) this.#fire(bound)
    }
  }

  #fire({ binding, traceIds }: Bound): void {
    const payload = { trace_ids: [...traceIds] }
    traceIds.clear()
    this.#firings.start([binding], payload, this.#spans.quiet)
  }
}
