/**
 * The spans of the last five minutes in short form: for figures, recent failures, and who calls whom. Loaded once, then
 * only what is new.
 */
import { computed, signal } from '@preact/signals'
import { systemClock } from '../../std/time/clock.js'
import { connection, engine, isPaused, now } from './engine.js'
import type { Span } from './rows.js'
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
const MAX_SPANS = 5_000
const PAGE = 1_000

/** Newest first. */
export const recent = signal<readonly RecentSpan[]>([])

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
  } catch {
    // The engine keeps no spans, or the connection ended: there is nothing recent to show, and the pages that load
    // traces say why.
    recent.value = recent.peek()
  } finally {
    isLoading = false
  }
}

function shortened(span: Span): RecentSpan {
  return {
    id: span.span_id,
    traceId: span.trace_id,
    parentId: span.parent_span_id,
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

/** Who called a function, or whom it called, with the number of calls and failures. */
export interface Neighbour {
  readonly id: string
  readonly calls: number
  readonly failed: number
}

export function neighboursOf(functionId: string): { callers: Neighbour[]; callees: Neighbour[] } {
  const byId = new Map(recent.value.map((span) => [span.id, span]))
  const callers = new Map<string, Neighbour>()
  const callees = new Map<string, Neighbour>()
  for (const span of recent.value) {
    const parent = span.parentId === null ? undefined : byId.get(span.parentId)
    if (span.functionId === functionId && parent !== undefined) count(callers, parent.functionId ?? parent.name, span)
    if (parent?.functionId === functionId && span.functionId !== undefined) count(callees, span.functionId, span)
  }
  const ordered = (map: Map<string, Neighbour>): Neighbour[] => [...map.values()].sort((a, b) => b.calls - a.calls)
  return { callers: ordered(callers), callees: ordered(callees) }
}

function count(into: Map<string, Neighbour>, id: string, { failure }: RecentSpan): void {
  const { calls = 0, failed = 0 } = into.get(id) ?? {}
  into.set(id, { id, calls: calls + 1, failed: failed + (failure === undefined ? 0 : 1) })
}

/** The figures of equal parts of the window, oldest first. */
export interface Bucket {
  readonly calls: number
  readonly failed: number
  readonly p95Ms: number
}

export function bucketsOf(spans: readonly RecentSpan[], endMs: number, parts: number): Bucket[] {
  const width = WINDOW_MS / parts
  const groups = Array.from({ length: parts }, (): RecentSpan[] => [])
  for (const span of spans) {
    const index = parts - 1 - Math.floor((endMs - span.startMs) / width)
    if (span.isExecution) groups[Math.min(index, parts - 1)]?.push(span)
  }
  return groups.map((group) => ({
    calls: group.length,
    failed: group.filter(({ failure }) => failure !== undefined).length,
    p95Ms: percentile(
      group.map((span) => span.durationMs),
      0.95,
    ),
  }))
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
