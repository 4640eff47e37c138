/** Checks that nothing is left after all workers have ended, and that no forbidden diagnostic was reported. */
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import type { SimWorker } from './sim-worker.js'
import type { World } from './world.js'

export function auditEnds(world: World): string[] {
  const workers = [...world.workers, ...(world.observer === undefined ? [] : [world.observer])]
  return [
    ...workers.flatMap(auditReports),
    ...workers.filter(({ process }) => !process.isDead).flatMap(auditWorker),
    ...world.allEngines.filter(({ process }) => !process.isDead).flatMap((running) => auditEngine(world, running)),
    ...world.probes.flatMap(({ op, functionId, outcome }) =>
      outcome !== undefined && 'value' in outcome ? [] : [`op ${op}: ${functionId} cannot be called after all is well`],
    ),
  ]
}

/** Reports that no fault explains. */
const NEVER: ReadonlySet<DiagnosticEvent['kind']> = new Set([
  'unreadable_frame',
  'frame_failed',
  'callback_failed',
  'session_refused',
  'registration_rejected',
])

function auditReports(worker: SimWorker): string[] {
  const { diagnostics, process } = worker
  return diagnostics.flatMap((event) =>
    NEVER.has(event.kind) && !isExpected(worker, event)
      ? [`${process.name} reported ${event.kind}: ${JSON.stringify(event)}`]
      : [],
  )
}

/** A guest may be denied, and a worker with shared names may find them owned. */
function isExpected({ token, claim }: SimWorker, { kind }: DiagnosticEvent): boolean {
  return kind === 'session_refused' ? token !== undefined : kind === 'registration_rejected' && claim !== undefined
}

function auditWorker({ worker, process }: SimWorker): string[] {
  const { pendingCalls, runningInvocations, waitingInvocations, queuedMessages, queuedBytes } = worker.stats()
  const left = {
    pendingCalls,
    runningInvocations,
    waitingInvocations,
    queuedMessages,
    queuedBytes,
    timers: process.timers,
  }
  return leftOver(process.name, left)
}

function auditEngine(world: World, { engine, process, idle, statsAtEnd }: World['allEngines'][number]): string[] {
  const { malformedFrames, failedFrames, duplicateCalls } = engine.stats()
  const { sessions, pendingCalls, functions, triggers, channels } = statsAtEnd ?? engine.stats()
  const left = { sessions, pendingCalls, functions: functions - idle.functions, triggers, channels }
  const isLast = world.allEngines.at(-1)?.process === process
  return leftOver(process.name, {
    ...(isLast ? left : {}),
    timers: process.timers,
    malformedFrames,
    failedFrames,
    duplicateCalls,
  })
}

function leftOver(name: string, counts: Readonly<Record<string, number>>): string[] {
  const left = Object.entries(counts).filter(([, count]) => count !== 0)
  return left.length === 0 ? [] : [`${name} has left over: ${left.map((entry) => entry.join(' ')).join(', ')}`]
}
