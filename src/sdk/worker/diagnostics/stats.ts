/**
 * Counters of one worker: what waits, what runs, what was dropped.
 */
export type WorkerStats = {
  /** Calls of this worker that wait for an answer. */
  pendingCalls: number
  settledCalls: number
  timedOutCalls: number
  /** Answers that came after their call had ended. */
  lateResults: number
  /** Running handlers. */
  runningInvocations: number
  /** Invocations that wait for `maxConcurrentInvocations`. */
  waitingInvocations: number
  servedInvocations: number
  /** Messages that wait for the connection, or for space in its buffer. */
  queuedMessages: number
  /** Bytes of these messages, and of those in the socket. */
  queuedBytes: number
  /** Part of `queuedBytes` that is in the socket buffer. */
  socketBytes: number
  /** Bytes in open channel ends of this worker: unsent, or received and unread. */
  channelBytes: number
  /** Calls rejected with `PENDING_QUEUE_FULL`: the queue was full, or the call expired in it. */
  refusedCalls: number
  /** Invocations answered with `WORKER_BUSY`, because too many were waiting. */
  refusedInvocations: number
  /** Calls and results that exceeded the maximum message size; their callers received `MESSAGE_TOO_LARGE`. */
  oversizedMessages: number
  /** Frames of the engine that could not be parsed; the connection stayed open. */
  unreadableFrames: number
  /** Frames of the engine whose handling failed; the connection stayed open, and calls were answered with an error. */
  failedFrames: number
  /**
   * Fire-and-forget calls that may have arrived or not: written to a link that was lost before the engine answered a
   * later ping. Pings leave every 20 s.
   */
  unconfirmedVoids: number
  /** The same for results of handlers. */
  unconfirmedResults: number
  /** Fire-and-forget calls that were dropped, because the queue was full or they expired in it. */
  droppedVoids: number
  /** Handler results that were dropped because their caller already had another result or an error. */
  droppedResults: number
  /** Text messages of channels that were dropped without a listener, above 1,024 messages or 1 MiB per channel. */
  droppedChannelMessages: number
  /** Results sent a second time, for an engine that may drop the first; see `workarounds`. */
  repeatedResults: number
  /** Results that were not sent a second time, because too many were waiting. */
  unrepeatedResults: number
  /** Spans, log records and metric points that were not sent. */
  droppedTelemetry: number
  reconnects: number
  /** Names that another worker owns and this one waits for. */
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
