/**
 * Counters of one worker: what waits, what runs, what was dropped.
 */
import type { Core } from './core.js'

export type WorkerStats = {
  /** Calls of this worker without an answer yet. */
  pendingCalls: number
  settledCalls: number
  timedOutCalls: number
  /** Answers that came after their call had ended. */
  lateResults: number
  /** Handlers running now. */
  runningInvocations: number
  /** Invocations that wait for a limit of concurrency. */
  waitingInvocations: number
  servedInvocations: number
  /** Messages waiting for the connection, and bytes waiting there and in the socket. */
  queuedMessages: number
  queuedBytes: number
  /** Fire-and-forget calls that found no connection in time. */
  droppedVoids: number
  /** Handler results whose caller had been told otherwise. */
  droppedResults: number
  /** Spans, log records and metric points that were not sent. */
  droppedTelemetry: number
  reconnects: number
  /** Names that another worker holds and this one waits for. */
  waitingNames: number
  registeredFunctions: number
  registeredTriggers: number
}

export function statsOf(core: Core): WorkerStats {
  const calls = core.calls.counts
  const queued = core.connection.queued
  return {
    pendingCalls: calls.pending,
    settledCalls: calls.settled,
    timedOutCalls: calls.timedOut,
    lateResults: calls.lateResults,
    runningInvocations: core.served.running - core.admission.waiting,
    waitingInvocations: core.admission.waiting,
    servedInvocations: core.served.total,
    queuedMessages: queued.items,
    queuedBytes: queued.bytes,
    droppedVoids: core.voidDropped,
    droppedResults: core.results.dropped,
    droppedTelemetry: core.telemetry.dropped,
    reconnects: core.reconnects,
    waitingNames: core.conflicts?.held.length ?? 0,
    registeredFunctions: core.functions.size,
    registeredTriggers: core.triggers.size,
  }
}
