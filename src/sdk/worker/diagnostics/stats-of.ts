/**
 * Collects the statistics of a worker on request. Queue lengths are read here from the queues; no counter exists.
 */
import type { Core } from '../core.js'
import type { WorkerStats } from './stats.js'

export function statsOf(core: Core): WorkerStats {
  const calls = core.calls.counts
  const queued = core.link.connection.queued
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
    socketBytes: queued.socketBytes,
    channelBytes: core.channels.heldBytes,
    ...core.counters,
    refusedCalls: core.counters.refusedCalls + calls.expired,
    refusedInvocations: core.admission.refused,
    unconfirmedVoids: core.unconfirmedVoids.lostMessages,
    unconfirmedResults: core.unconfirmedResults.lostMessages,
    droppedResults: core.results.dropped,
    repeatedResults: core.repeats.sent,
    unrepeatedResults: core.repeats.skipped,
    droppedTelemetry: core.telemetry.dropped,
    reconnects: core.link.reconnects,
    waitingNames: core.conflicts?.held.length ?? 0,
    registeredFunctions: core.functions.size - core.functions.refused.size - (core.conflicts?.heldFunctions ?? 0),
    registeredTriggers: core.triggers.size - core.triggers.refused.size,
  }
}
