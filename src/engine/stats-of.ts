/**
 * Assembles the statistics of the engine on request. Amounts that wait are read from the parts here rather than
 * counted, so that they are always correct.
 */
import type { Builtin } from './builtins/builtin.js'
import type { EngineParts } from './engine-parts.js'
import type { EngineStats } from './engine-stats.js'

export function statsOf(parts: EngineParts, builtins: readonly Builtin[]): EngineStats {
  const { sessions, directory, bindings, router, channels, counters } = parts
  const parked = [...bindings.triggers.all()].filter(({ type }) => type === undefined)
  return {
    sessions: sessions.size,
    functions: directory.size,
    triggers: bindings.triggers.size,
    parkedTriggers: parked.length,
    pendingCalls: router.pendingCalls,
    channels: channels.size,
    ...counters,
    waiting: waitingIn(parts, builtins),
    // Copies, since the counters continue to change.
    refused: { ...counters.refused },
    dropped: withReported({ ...counters.dropped, spans: 0, logs: 0, metrics: 0 }, builtins, 'dropped'),
    exported: exportedBy(builtins),
    cutOff: { ...counters.cutOff },
  }
}

function exportedBy(builtins: readonly Builtin[]): EngineStats['exported'] {
  const { sent = 0, dropped = 0, failed = 0 } = builtins.find(({ exported }) => exported)?.exported?.() ?? {}
  return { sent, dropped, failed }
}

function waitingIn(
  { sessions, channels, handOver, largeMessages }: EngineParts,
  builtins: readonly Builtin[],
): EngineStats['waiting'] {
  let [workerBytes, mostWorkerBytes, pausedWorkers, heldFrames] = [0, 0, 0, 0]
  for (const { backlog } of sessions.all()) {
    workerBytes += backlog.unreadBytes
    mostWorkerBytes = Math.max(mostWorkerBytes, backlog.unreadBytes)
    pausedWorkers += backlog.isPaused ? 1 : 0
    heldFrames += backlog.heldFrames
  }
  const waiting = {
    workerBytes,
    mostWorkerBytes,
    pausedWorkers,
    heldFrames,
    callsInHandOver: handOver.held,
    channelBytes: channels.bufferedBytes,
    largeMessageBytes: largeMessages.bytes,
    jobs: 0,
    jobBytes: 0,
    deadLetters: 0,
    requests: 0,
    exportBytes: 0,
  }
  return withReported(waiting, builtins, 'waiting')
}

/** Numbers with those that built-ins report in their place. */
function withReported<Group extends 'waiting' | 'dropped'>(
  numbers: EngineStats[Group],
  builtins: readonly Builtin[],
  group: Group,
): EngineStats[Group] {
  return builtins.reduce((sum, builtin) => ({ ...sum, ...builtin[group]?.() }), numbers)
}
