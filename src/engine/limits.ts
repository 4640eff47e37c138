/**
 * How much the engine takes on before it refuses. Each cap names its answer; none of them is reached by ordinary use.
 */
export interface EngineLimits {
  /** Bytes waiting to be read by one worker. Beyond: new calls to it fail with `channel_send_failed`. */
  readonly maxPeerBytes: number
  /** Calls in flight, all together. Beyond: `invocation_error`. */
  readonly maxPendingCalls: number
  /** Frames of one worker that wait for its announcement or a registration hook. Beyond: the link is cut. */
  readonly maxHeldFrames: number
  /** Functions, triggers and trigger types of one worker, each. Beyond: the registration is refused. */
  readonly maxRegistrations: number
  /**
   * Memory of one worker's functions, triggers and trigger types together, and of all triggers that belong to no worker.
   * Beyond: the registration is refused.
   */
  readonly maxRegistrationBytes: number
  /** Triggers registered by calling a function, which outlive their worker. Beyond: `trigger_registration_failed`. */
  readonly maxUnownedTriggers: number
  /** Channels at once. Beyond: `engine::channels::create` fails. */
  readonly maxChannels: number
  /** Channels at once that one session has created. Beyond: `engine::channels::create` fails. */
  readonly maxSessionChannels: number
  /**
   * Bytes in all channels together. Beyond: writers of sessions with more than an equal share are not read. Where that
   * does not help, finished channels without a reader are given up, the oldest first.
   */
  readonly maxChannelBytes: number
  /**
   * Bytes of large messages of which a part has arrived, or that wait to be read, of all clients together. Beyond: the
   * client with the largest is cut off.
   */
  readonly maxLargeMessageBytes: number
  /**
   * Bytes that wait to be read by workers, HTTP clients and stream clients that read slowly, all together. Beyond: the
   * one with the most is cut off.
   */
  readonly maxUnreadBytes: number
  /** How long an auth function, a registration hook or a trigger provider may take. */
  readonly hookTimeoutMs: number
}

const MIB = 1024 * 1024

export const defaultLimits: EngineLimits = {
  // Room for a worker that pauses under load: thousands of calls of some 20 kB wait for it.
  maxPeerBytes: 128 * MIB,
  maxPendingCalls: 1_000_000,
  maxHeldFrames: 20_000,
  maxRegistrations: 20_000,
  maxRegistrationBytes: 64 * MIB,
  maxUnownedTriggers: 100_000,
  maxChannels: 20_000,
  maxSessionChannels: 500,
  maxChannelBytes: 24 * MIB,
  maxLargeMessageBytes: 256 * MIB,
  maxUnreadBytes: 512 * MIB,
  hookTimeoutMs: 10_000,
}
