/**
 * Statistics of the engine: what is registered, what waits, and how often each limit was applied. Counters start at 0
 * with the engine and only grow; all other numbers are current. Independent of how they are collected.
 */
export interface EngineStats {
  /** Connected workers. */
  readonly sessions: number
  /** Registered functions. */
  readonly functions: number
  /** Registered triggers, including parked ones. */
  readonly triggers: number
  /** Triggers whose type has no provider. */
  readonly parkedTriggers: number
  /** Calls that wait for a worker. */
  readonly pendingCalls: number
  /** Open channels. */
  readonly channels: number
  /** Frames read from workers, including invalid ones. */
  readonly framesIn: number
  /** Frames passed to the transports of workers. */
  readonly framesOut: number
  /** Frames that could not be parsed; the connection stayed open. */
  readonly malformedFrames: number
  /**
   * Frames whose handling failed inside the engine; the connection stayed open, and a call was answered with an error.
   */
  readonly failedFrames: number
  /** Registrations that had no effect, because a limit or an access rule refused them. */
  readonly refusedFrames: number
  /** Results of calls that are no longer pending. */
  readonly lateResults: number
  /** Results and notifications for workers that had disconnected. */
  readonly droppedFrames: number
  /** Calls that ended because another call used their id. */
  readonly duplicateCalls: number
  /** What waits at the moment. */
  readonly waiting: {
    /** Bytes of frames that workers have not read yet, over all workers. */
    readonly workerBytes: number
    /** The same for the worker with the most. */
    readonly mostWorkerBytes: number
    /** Workers that are not read from, because too many bytes wait to be read by them. */
    readonly pausedWorkers: number
    /** Frames that wait for the worker registration or for a registration hook. */
    readonly heldFrames: number
    /** Calls held for a function during a hand-over to another worker. */
    readonly callsInHandOver: number
    /** In the buffers of all channels; bytes of binary items, UTF-16 units of text. */
    readonly channelBytes: number
    /** Bytes of large messages that have arrived in part, or wait to be read. */
    readonly largeMessageBytes: number
    /** Jobs of all queues: waiting, delayed and running. */
    readonly jobs: number
    /** Bytes of the payloads of these jobs. */
    readonly jobBytes: number
    readonly deadLetters: number
    /** HTTP requests that wait for capacity. */
    readonly requests: number
    /** Bytes of telemetry that wait for the collector, or are being sent. */
    readonly exportBytes: number
  }
  /** Refusals. In each case the sender received an error. */
  readonly refused: {
    /** Calls to a worker that does not read, answered with `channel_send_failed`. */
    readonly callsToSlowWorkers: number
    /** Calls above the limit of calls in flight, answered with `invocation_error`. */
    readonly excessCalls: number
    /** Held calls that expired or exceeded the limit of held calls, answered with `function_not_found`. */
    readonly callsInHandOver: number
    /** Triggers that their provider refused, for a limit or an invalid configuration. */
    readonly triggers: number
    /** Triggers above the limit of triggers without an owner. */
    readonly unownedTriggers: number
    /** Registrations above the memory limit of one worker, or of triggers without an owner. */
    readonly registrations: number
    readonly channels: number
    /** Enqueued calls and published messages answered with `queue_full`, and events with `PENDING_QUEUE_FULL`. */
    readonly jobs: number
    /** Writes of state, streams and configurations above the limit of their store. */
    readonly writes: number
    /** HTTP requests answered with 503, because too many wait. */
    readonly requests: number
    /** Clients of the stream server answered with 503, because there are too many. */
    readonly streamClients: number
    /** Requests refused for their `Origin` or `Host`: 403 if it is not trusted, 400 for a repeated `Host`. */
    readonly foreignRequests: number
    /** Clients of a guarded listener answered with 503, because too many wait for its auth function. */
    readonly waitingClients: number
    /** Joins above the limit of subscriptions of one client. */
    readonly streamJoins: number
    /** Calls and results too large for one message to a worker, answered with `MESSAGE_TOO_LARGE`. */
    readonly oversizedMessages: number
  }
  /** What was accepted and dropped later. */
  readonly dropped: {
    /**
     * Channels discarded with their items, because the memory limit of channels was exceeded; their ends receive an
     * error.
     */
    readonly channels: number
    /** The oldest dead letters, dropped for newer ones. */
    readonly deadLetters: number
    /** The oldest events with running handlers; their remaining handlers are not called. */
    readonly firings: number
    /** The oldest deliveries of published events that were tracked; their handlers still run. */
    readonly deliveries: number
    /** The oldest events for clients of the stream server that read too slowly. */
    readonly streamEvents: number
    /** The oldest spans, dropped for newer ones. */
    readonly spans: number
    /** The oldest log records, dropped for newer ones. */
    readonly logs: number
    /** The oldest metric points, dropped for newer ones. */
    readonly metrics: number
  }
  /** Spans, log records and metric points for the collector; all 0 without one. */
  readonly exported: {
    /** Accepted by the collector. */
    readonly sent: number
    /** Not sent, because too much waited or the engine stopped. */
    readonly dropped: number
    /** Rejected by the collector, or not accepted in any attempt. */
    readonly failed: number
  }
  /** Workers whose connection was cut. */
  readonly cutOff: {
    /** Did not read, while twice the limit of bytes waited. */
    readonly unread: number
    /** Sent too much before their worker registration or behind a registration hook. */
    readonly heldFrames: number
    /** Sent too much before a guarded listener had admitted them. */
    readonly earlyFrames: number
    /** Sent the largest of too many large messages at once, or stopped in the middle of one. */
    readonly largeMessages: number
  }
}
