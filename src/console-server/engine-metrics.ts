/** The numbers of a local engine in the text forms of Prometheus and OpenMetrics. Knows no HTTP. */
import type { EngineStats } from '../engine/engine-stats.js'
import { MetricSet } from '../std/metrics/metric-set.js'

type Single = { [K in keyof EngineStats]: EngineStats[K] extends number ? K : never }[keyof EngineStats]
type Group = Exclude<keyof EngineStats, Single>
type Kind = 'gauge' | 'counter'

const NUMBERS: Readonly<Record<Single, readonly [Kind, string]>> = {
  sessions: ['gauge', 'Connected workers.'],
  functions: ['gauge', 'Registered functions.'],
  triggers: ['gauge', 'Registered triggers, including parked ones.'],
  parkedTriggers: ['gauge', 'Triggers whose type has no provider.'],
  pendingCalls: ['gauge', 'Calls that wait for a worker.'],
  channels: ['gauge', 'Open channels.'],
  framesIn: ['counter', 'Frames read from workers.'],
  framesOut: ['counter', 'Frames passed to the connections of workers.'],
  malformedFrames: ['counter', 'Frames that could not be parsed.'],
  failedFrames: ['counter', 'Frames whose handling failed inside the engine.'],
  refusedFrames: ['counter', 'Registrations that a limit or an access rule refused.'],
  lateResults: ['counter', 'Results of calls that were no longer pending.'],
  droppedFrames: ['counter', 'Results and notifications for workers that had disconnected.'],
  duplicateCalls: ['counter', 'Calls that ended because another call used their id.'],
}

const GROUPS: Readonly<Record<Group, readonly [Kind, string]>> = {
  waiting: ['gauge', 'What waits at the moment: items, or bytes where the label says so.'],
  refused: ['counter', 'Refusals, by what was refused. The sender received an error.'],
  dropped: ['counter', 'What was accepted and dropped later.'],
  exported: ['counter', 'Spans, log records and metric points for the collector, by what became of them.'],
  cutOff: ['counter', 'Workers whose connection was cut, by the reason.'],
}

/** The metrics of an engine whose numbers `stats` reads. */
export function engineMetrics(stats: () => EngineStats): MetricSet {
  const metrics = new MetricSet()
  let latest: EngineStats | undefined
  // Read once for each scrape, whose metrics are collected in one tick: reading visits all that is registered.
  const current = (): EngineStats => {
    if (latest === undefined) {
      queueMicrotask(() => {
        latest = undefined
      })
    }
    return (latest ??= stats())
  }
  const members: [keyof EngineStats, readonly [Kind, string]][] = Object.entries({ ...NUMBERS, ...GROUPS }) as never
  for (const [member, [kind, help]] of members) {
    const name = `iii_engine_${member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
    if (kind === 'gauge') metrics.gauge(name, help, () => current()[member])
    else metrics.counter(`${name}_total`, help, () => current()[member])
  }
  return metrics
}
