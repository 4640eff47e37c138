/**
 * Shows spans that take their time before they end: one that runs at a look around is sent as it is by then, without an
 * end, and the engine replaces it by the whole one later. Each is sent so once, and most have ended before.
 */
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Timer } from '../../../std/time/clock.js'
import { exportBatch } from '../export/exporter.js'
import { SPANS_PER_FRAME, type ProcessorPorts } from '../export/processors.js'
import { spansSignal } from '../export/signals.js'

/** Spans that may be young at a time; beyond, the others are only shown when they end. */
const MAX_YOUNG = 10_000

const SAMPLED = 1

/** @param delayMs how often to look for spans that have started and not ended yet. */
export function liveSpanProcessor(ports: ProcessorPorts, delayMs: number): SpanProcessor {
  const young = new Set<ReadableSpan>()
  let timer: Timer | undefined
  const clear = (): Promise<void> => {
    timer?.cancel()
    timer = undefined
    young.clear()
    return Promise.resolve()
  }
  const show = (): void => {
    const running = [...young]
    void clear()
    for (let start = 0; start < running.length; start += SPANS_PER_FRAME) {
      // It is only news: when there is no room, nothing is lost that does not come later.
      if (ports.sink.hasRoom) exportBatch(spansSignal, ports.sink, running.slice(start, start + SPANS_PER_FRAME))
    }
  }
  return {
    onStart: (span) => {
      if ((span.spanContext().traceFlags & SAMPLED) === 0 || young.size >= MAX_YOUNG) return
      young.add(span)
      timer ??= ports.clock.after(delayMs, show, 'background')
    },
    onEnd: (span) => {
      young.delete(span)
    },
    forceFlush: () => Promise.resolve(),
    shutdown: clear,
  }
}
