/**
 * The engine in numbers: what there is, what waits, and how often each cap has acted. Counts run since the engine
 * started and only grow; everything else is as of the moment it was asked for. Says nothing of how they are kept.
 */
export interface EngineStats {
  /** Connected workers. */
  readonly sessions: number
  /** Registered functions. */
  readonly functions: number
  /** Registered triggers, parked ones included. */
  readonly triggers: number
  /** Triggers whose type nobody provides. */
  readonly parkedTriggers: number
  /** Calls that wait for a worker. */
  readonly pendingCalls: number
  /** Open channels. */
  readonly channels: number
  /** Frames read from workers, bad ones included. */
  readonly framesIn: number
  /** Frames handed to workers' transports. */
  readonly framesOut: number
  /** Frames that could not be read; the link stayed. */
  readonly malformedFrames: number
  /** Frames whose handling failed inside the engine; the link stayed, and a call was answered with an error. */
  readonly failedFrames: number
  /** Registrations read but not acted on, because a cap or a rule of access refused them. */
  readonly refusedFrames: number
  /** Answers to calls nobody waits for any more. */
  readonly lateResults: number
  /** Answers and notices for workers that had left. */
  readonly droppedFrames: number
  /** Calls ended because another took over their id. */
  readonly duplicateCalls: number
  /** What waits now. */
  readonly waiting: {
    /** Bytes of frames that workers have not read yet, all workers together. */
    readonly workerBytes: number
    /** The same of the one worker that has the most. */
    readonly mostWorkerBytes: number
    /** Workers that are not read from, because too much waits to be read by them. */
    readonly pausedWorkers: number
    /** Frames of workers that wait for their announcement or for a registration hook. */
    readonly heldFrames: number
    /** Calls held for a function that goes from one worker to the next. */
    readonly callsInHandOver: number
    /** In the buffers of all channels; bytes of binary items, UTF-16 units of text. */
    readonly channelBytes: number
    /** Of large messages that have arrived in part, or wait to be read. */
    readonly largeMessageBytes: number
    /** Jobs of all queues: waiting, delayed and under way. */
    readonly jobs: number
    /** Bytes of the payloads of these jobs. */
    readonly jobBytes: number
    readonly deadLetters: number
    /** HTTP requests that wait for their turn. */
    readonly requests: number
  }
  /** What was refused; whoever asked was told. */
  readonly refused: {
    /** Calls to a worker that does not read, answered with `channel_send_failed`. */
    readonly callsToSlowWorkers: number
    /** Calls above the number that may be in flight, answered with `invocation_error`. */
    readonly excessCalls: number
    /** Calls held in vain for a function on its way to the next worker, or too many to hold; `function_not_found`. */
    readonly callsInHandOver: number
    /** Triggers that their provider would not take, for a cap or for what they ask. */
    readonly triggers: number
    /** Triggers above the number that may belong to no worker. */
    readonly unownedTriggers: number
    /** Registrations for which the memory of one worker's registrations, or of triggers without one, did not suffice. */
    readonly registrations: number
    readonly channels: number
    /** Enqueued calls and published messages answered with `queue_full`. */
    readonly jobs: number
    /** Writes of state, streams and configurations that their store had no room for. */
    readonly writes: number
    /** HTTP requests answered with 503, because too many wait. */
    readonly requests: number
    /** Clients of the stream server answered with 503, because there are too many. */
    readonly streamClients: number
    /** Requests refused for their `Origin` or `Host`: 403 when it is not trusted, 400 when `Host` came twice. */
    readonly foreignRequests: number
    /** Clients of a guarded listener answered with 503, because too many wait for its auth function. */
    readonly waitingClients: number
    /** Joins of a stream above the number one client may have. */
    readonly streamJoins: number
    /** Calls and results too large for one message to a worker, answered with `MESSAGE_TOO_LARGE`. */
    readonly oversizedMessages: number
  }
  /** What was taken on and then given up. */
  readonly dropped: {
    /** Channels with what they held, because all channels together held too much; their ends receive an error. */
    readonly channels: number
    /** The oldest dead letters, for newer ones. */
    readonly deadLetters: number
    /** The oldest events whose handlers were still being called; the handlers that were left are not called. */
    readonly firings: number
    /** The oldest deliveries of published events whose end was waited for; their handlers run on. */
    readonly deliveries: number
    /** The oldest events for clients of the stream server that read too slowly. */
    readonly streamEvents: number
    /** The oldest spans, for newer ones. */
    readonly spans: number
    /** The oldest log records, for newer ones. */
    readonly logs: number
    /** The oldest metric points, for newer ones. */
    readonly metrics: number
  }
  /** Workers whose link was cut. */
  readonly cutOff: {
    /** Did not read, while twice as much waited as may wait. */
    readonly unread: number
    /** Sent too much before their announcement or behind a registration hook. */
    readonly heldFrames: number
    /** Sent too much before a guarded listener had let them in. */
    readonly earlyFrames: number
    /** Had the largest of too many large messages at once, or stopped in the middle of one. */
    readonly largeMessages: number
  }
}
