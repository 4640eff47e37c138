/**
 * Counters of one worker: what waits, what runs, what was dropped.
 */
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
  /** Messages that wait for the connection, or for room on it. */
  queuedMessages: number
  /** Bytes of these messages, and of those in the socket. */
  queuedBytes: number
  /** Those of `queuedBytes` that are in the socket: written, and not yet taken by the system. */
  socketBytes: number
  /** Bytes in the channel ends of this worker that are open: to be sent, or received and not yet read. */
  channelBytes: number
  /** Calls rejected with `PENDING_QUEUE_FULL`: too much waited for the connection, or they waited too long for it. */
  refusedCalls: number
  /** Invocations answered with `WORKER_BUSY`, because too many waited for a limit of concurrency. */
  refusedInvocations: number
  /** Calls and results above the largest message; their callers received `MESSAGE_TOO_LARGE`. */
  oversizedMessages: number
  /** Frames from the engine that could not be read; the link stayed. */
  unreadableFrames: number
  /** Frames from the engine whose handling failed; the link stayed, and a call was answered with an error. */
  failedFrames: number
  /**
   * Fire-and-forget calls that may have arrived or not: written to a link that was lost before the engine answered a
   * later ping. Pings leave every 20 s.
   */
  unconfirmedVoids: number
  /** The same of handlers' results. */
  unconfirmedResults: number
  /** Fire-and-forget calls that found no connection in time, or too much waiting for it. */
  droppedVoids: number
  /** Handler results that were dropped because their caller already had another result or an error. */
  droppedResults: number
  /** Text messages of channels that nothing listened to, once 1,024 of a channel or 1 MiB were kept. */
  droppedChannelMessages: number
  /** Results sent a second time, for an engine that may drop the first; see `workarounds`. */
  repeatedResults: number
  /** Results that were not sent a second time because too much waited. */
  unrepeatedResults: number
  /** Spans, log records and metric points that were not sent. */
  droppedTelemetry: number
  reconnects: number
  /** Names that another worker holds and this one waits for. */
  waitingNames: number
  /** Functions of this worker, without those that the engine refused. */
  registeredFunctions: number
  /** Triggers of this worker, without those that were refused. */
  registeredTriggers: number
}

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
