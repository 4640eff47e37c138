/**
 * The spans of the last five minutes in short form: for figures, recent failures, and who calls whom. Loaded once, then
 * only what is new.
 */
import { computed, signal } from '@preact/signals'
import { systemClock } from '../../std/time/clock.js'
import { connection, engine, isPaused, now } from './engine.js'
import type { SpanRow } from '../../wire/protocol/list-rows.js'
import { durationMs, failureOf, functionOf, isExecution, startMs } from './span-facts.js'

/** A span without its payloads. */
export interface RecentSpan {
  readonly id: string
  readonly traceId: string
  readonly parentId: string | null
  readonly name: string
  readonly functionId: string | undefined
  readonly isExecution: boolean
  readonly service: string
  readonly startMs: number
  readonly durationMs: number
  readonly failure: string | undefined
}

export const WINDOW_MS = 5 * 60_000
/** Spans arrive in batches, so a query goes back this far behind the latest known one. */
const OVERLAP_MS = 15_000
export const MAX_SPANS = 5_000
const PAGE = 1_000

/** Newest first. */
export const recent = signal<readonly RecentSpan[]>([])
/** Why they could not be loaded, such as that the engine keeps no spans. */
export const recentError = signal<string | undefined>(undefined)

let latestMs = 0
let isLoading = false

/** Loads what is new whenever the engine reports traces. */
export function followRecent(): void {
  connection.changes.trace.subscribe(() => void load())
}

async function load(): Promise<void> {
  if (isLoading || isPaused.peek() || connection.state.peek().kind !== 'open') return
  isLoading = true
  try {
    const start = systemClock.epochMs() - WINDOW_MS
    const since = Math.max(start, latestMs - OVERLAP_MS)
    const spans = await engine.spans({ search_all_spans: true, start_time: since, limit: PAGE })
    const known = new Map(recent.peek().map((span) => [span.id, span]))
    for (const span of spans) if (span.pending !== true) known.set(span.span_id, shortened(span))
    const kept = [...known.values()].filter((span) => span.startMs >= start).sort((a, b) => b.startMs - a.startMs)
    latestMs = kept[0]?.startMs ?? latestMs
    recent.value = kept.slice(0, MAX_SPANS)
    recentError.value = undefined
  } catch (error) {
    recentError.value = error instanceof Error ? error.message : String(error)
  } finally {
    isLoading = false
  }
}

function shortened(span: SpanRow): RecentSpan {
  return {
    id: span.span_id,
    traceId: span.trace_id,
    parentId: span.parent_span_id ?? null,
    name: span.name,
    functionId: functionOf(span),
    isExecution: isExecution(span),
    service: span.service_name,
    startMs: startMs(span),
    durationMs: durationMs(span),
    failure: failureOf(span)?.message,
  }
}

/** Failures, one for each trace: the failed span that started last, which is where it began. Newest first. */
export const failures = computed(() => {
  const byTrace = new Map<string, RecentSpan>()
  for (const span of recent.value) {
    if (span.failure === undefined || span.startMs < now.value - WINDOW_MS) continue
    const known = byTrace.get(span.traceId)
    if (known === undefined || (!known.isExecution && span.isExecution)) byTrace.set(span.traceId, span)
  }
  return [...byTrace.values()]
})

/** Figures of calls. */
export interface Bucket {
  readonly calls: number
  readonly failed: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** The figures of equal parts of the window, oldest first. */
export function bucketsOf(spans: readonly RecentSpan[], endMs: number, parts: number): Bucket[] {
  const width = WINDOW_MS / parts
  const groups = Array.from({ length: parts }, (): RecentSpan[] => [])
  for (const span of spans) {
    const index = parts - 1 - Math.floor((endMs - span.startMs) / width)
    if (span.isExecution) groups[Math.min(index, parts - 1)]?.push(span)
  }
  return groups.map(bucketOf)
}

/** The figures of some calls. */
export function bucketOf(spans: readonly RecentSpan[]): Bucket {
  const sorted = spans.map((span) => span.durationMs).sort((a, b) => a - b)
  const percentile = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return {
    calls: spans.length,
    failed: spans.filter(({ failure }) => failure !== undefined).length,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
  }
}
