/**
 * The trigger type `trace`: reports traces with new spans to functions, in batches. Spans of those functions are not
 * reported, otherwise the reports would never end.
 */
import { isRecord } from '../../../../wire/protocol/validate.js'
import { describe } from '../../../../std/text/describe.js'
import type { Timer } from '../../../../std/time/clock.js'
import type { Binding, BuiltinTriggerType, EngineHost } from '../../builtin.js'
import { WriteFirings } from '../../../triggers/write-firings.js'
import type { EngineSpans } from './engine-spans.js'
import { unconditional } from '../logs/log-triggers.js'
import type { SpanRow } from './span-row.js'

const BATCH_MS = 300
/** Maximum traces of one batch; a full batch is sent at once. */
const MAX_TRACES = 1_000

interface Bound {
  readonly binding: Binding
  readonly serviceName: string | undefined
  readonly status: string | undefined
  readonly traceIds: Set<string>
}

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
    this.type = {
      id: 'trace',
      description: 'Calls a function with the traces that have new spans',
      configurationSchema: {
        type: 'object',
        properties: { service_name: { type: 'string' }, status: { enum: ['ok', 'error', 'unset'] } },
      },
      requestSchema: {
        type: 'object',
        properties: { trace_ids: { type: 'array', items: { type: 'string' } } },
        required: ['trace_ids'],
      },
      bind: (binding) => {
        this.#bound.set(binding.id, boundOf(binding))
      },
      unbind: ({ id }) => {
        this.#bound.delete(id)
      },
    }
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

function boundOf(binding: Binding): Bound {
  const config = isRecord(binding.config) ? binding.config : {}
  return {
    binding: unconditional(binding),
    serviceName: textAt(config, 'service_name'),
    status: textAt(config, 'status'),
    traceIds: new Set(),
  }
}

function textAt(config: Record<string, unknown>, key: string): string | undefined {
  const value = config[key] ?? undefined
  if (value === undefined || typeof value === 'string') return value?.toLowerCase()
  throw new Error(`\`${key}\` must be a string, got ${describe(value)}`)
}
