/**
 * Counters of the engine. Each part increments its own where an event happens; no decision depends on them.
 * `engine-stats.ts` describes each one.
 */
import type { EngineStats } from './engine-stats.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends number ? number : Mutable<T[K]> }

type Counted =
  | 'framesIn'
  | 'framesOut'
  | 'malformedFrames'
  | 'failedFrames'
  | 'refusedFrames'
  | 'lateResults'
  | 'droppedFrames'
  | 'duplicateCalls'
  | 'refused'
  | 'cutOff'

/** Counted by the built-in that keeps them. */
type CountedElsewhere = 'spans' | 'logs' | 'metrics'

export interface Counters extends Mutable<Pick<EngineStats, Counted>> {
  readonly dropped: Mutable<Omit<EngineStats['dropped'], CountedElsewhere>>
}

export function createCounters(): Counters {
  return {
    framesIn: 0,
    framesOut: 0,
    malformedFrames: 0,
    failedFrames: 0,
    refusedFrames: 0,
    lateResults: 0,
    droppedFrames: 0,
    duplicateCalls: 0,
    refused: {
      callsToSlowWorkers: 0,
      excessCalls: 0,
      callsInHandOver: 0,
      triggers: 0,
      unownedTriggers: 0,
      registrations: 0,
      channels: 0,
      jobs: 0,
      writes: 0,
      requests: 0,
      streamClients: 0,
      foreignRequests: 0,
      waitingClients: 0,
      streamJoins: 0,
      oversizedMessages: 0,
    },
    dropped: { channels: 0, deadLetters: 0, firings: 0, deliveries: 0, streamEvents: 0 },
    cutOff: { unread: 0, heldFrames: 0, earlyFrames: 0, largeMessages: 0 },
  }
}
