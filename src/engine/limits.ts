/** Limits of the engine, with the effect of each when it is exceeded. Ordinary use reaches none of them. */
export interface EngineLimits {
  /** Bytes waiting to be read by one worker. When it is exceeded, new calls to it fail with `channel_send_failed`. */
  readonly maxPeerBytes: number
  /** Calls in flight, in total. When it is exceeded: `invocation_error`. */
  readonly maxPendingCalls: number
  /**
   * Frames of one worker that wait for its registration or a registration hook. When it is exceeded, the connection is
   * cut.
   */
  readonly maxHeldFrames: number
  /** Functions, triggers and trigger types of one worker, each. When it is exceeded, the registration is refused. */
  readonly maxRegistrations: number
  /**
   * Memory of the functions, triggers and trigger types of one worker, and of all triggers without an owner. When it is
   * exceeded, the registration is refused.
   */
  readonly maxRegistrationBytes: number
  /** Triggers registered by a call, which outlive their worker. When it is exceeded: `trigger_registration_failed`. */
  readonly maxUnownedTriggers: number
  /** Channels at once. When it is exceeded, `engine::channels::create` fails. */
  readonly maxChannels: number
  /** Channels at once that one session has created. When it is exceeded, `engine::channels::create` fails. */
  readonly maxSessionChannels: number
  /**
   * Bytes in all channels. When it is exceeded, writers of sessions above an equal share are not read. If that is not
   * enough, finished channels without a reader are discarded, oldest first.
   */
  readonly maxChannelBytes: number
  /**
   * Bytes of large messages that have arrived in part or wait to be read, over all clients. When it is exceeded, the
   * client with the largest is cut.
   */
  readonly maxLargeMessageBytes: number
  /**
   * Bytes that wait to be read by workers, HTTP clients and stream clients that read slowly, all together. Beyond: the
   * one with the most is cut off.
   */
  readonly maxUnreadBytes: number
  /** Time limit of an auth function, a registration hook or a trigger provider. */
  readonly hookTimeoutMs: number
}

const MIB = 1024 * 1024

export const defaultLimits: EngineLimits = {
  // Enough for a worker that pauses under load: thousands of calls of some 20 kB.
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
