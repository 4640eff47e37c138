/**
 * What a worker counts where it happens, beside what its parts count of themselves. Nothing decides by these numbers;
 * what each one means stands with the numbers a user reads.
 */
import type { WorkerStats } from './stats.js'

type Counted =
  'droppedVoids' | 'droppedChannelMessages' | 'refusedCalls' | 'oversizedMessages' | 'unreadableFrames' | 'failedFrames'

export type WorkerCounters = Pick<WorkerStats, Counted>

export function createCounters(): WorkerCounters {
  return {
    droppedVoids: 0,
    droppedChannelMessages: 0,
    refusedCalls: 0,
    oversizedMessages: 0,
    unreadableFrames: 0,
    failedFrames: 0,
  }
}
