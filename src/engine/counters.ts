/**
 * What the engine counts while it runs. Plain numbers that each part raises where the event happens; nothing decides
 * by them.
 */
export interface Counters {
  /** Frames read from workers, bad ones included. */
  framesIn: number
  /** Frames handed to workers' transports. */
  framesOut: number
  /** Frames that could not be read; the link stayed. */
  malformedFrames: number
  /** Frames read but not acted on, because a cap or a rule of access refused them. */
  refusedFrames: number
  /** Answers that came for a call nobody waits for any more. */
  lateResults: number
  /** Answers and notices that could not be written, or whose receiver had left. */
  droppedFrames: number
  /** Calls that ended because another call took their id. */
  duplicateCalls: number
}

export function createCounters(): Counters {
  return {
    framesIn: 0,
    framesOut: 0,
    malformedFrames: 0,
    refusedFrames: 0,
    lateResults: 0,
    droppedFrames: 0,
    duplicateCalls: 0,
  }
}
