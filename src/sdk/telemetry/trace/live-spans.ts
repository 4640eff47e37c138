/**
 * Shows long-running spans before they end: at each interval, a span that still runs is sent once without an end, and
 * the engine replaces it by the complete one later. Most spans end before.
 */
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Timer } from '../../../std/time/clock.js'
import { exportBatch } from '../export/exporter.js'
import { SPANS_PER_FRAME, type ProcessorPorts } from '../export/processors.js'
import { spansSignal } from '../export/signals.js'

/** Maximum tracked spans; further ones are only sent when they end. */
const MAX_YOUNG = 10_000

const SAMPLED = 1

/** @param delayMs interval at which running spans are checked. */
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
      // A preliminary span: if there is no capacity it can be skipped, since the complete one follows.
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
