/**
 * The engine in numbers, at one moment.
 */
import type { EngineParts } from './engine-parts.js'

export interface EngineStats {
  /** Connected workers. */
  readonly sessions: number
  readonly functions: number
  /** Registered triggers, parked ones included. */
  readonly triggers: number
  readonly parkedTriggers: number
  /** Calls that wait for a worker. */
  readonly pendingCalls: number
  readonly channels: number
  readonly framesIn: number
  readonly framesOut: number
  /** Frames that could not be read. */
  readonly malformedFrames: number
  /** Registrations refused by a cap or a rule of access. */
  readonly refusedFrames: number
  /** Answers to calls nobody waits for. */
  readonly lateResults: number
  /** Frames for workers that had left. */
  readonly droppedFrames: number
  /** Calls ended because another took over their id. */
  readonly duplicateCalls: number
}

export function statsOf({ sessions, directory, bindings, router, channels, counters }: EngineParts): EngineStats {
  const parked = [...bindings.triggers.all()].filter(({ type }) => type === undefined)
  return {
    sessions: sessions.size,
    functions: directory.size,
    triggers: bindings.triggers.size,
    parkedTriggers: parked.length,
    pendingCalls: router.pendingCalls,
    channels: channels.size,
    ...counters,
  }
}
