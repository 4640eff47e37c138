/** Reconnection settings with their defaults, and the fixed timings of the connection. */
import type { BackoffPolicy } from '../../std/time/backoff.js'
import type { QueueCaps } from '../../std/async/bounded-queue.js'
import { ErrorCode, RuntimeError } from '../../errors.js'
import { DEFAULT_ENGINE_URL } from '../../wire/protocol/names.js'
import { isEngineAddress } from '../../wire/transport/address.js'
import { describe } from '../../std/text/describe.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'

export { effectiveInitialDelayMs } from '../../std/time/backoff.js'

/** Reconnect settings: delays, attempts, and the queue of messages. */
export interface ReconnectionConfig {
  /** First delay. Default 1000 ms; at least 1 ms is used. */
  initialDelayMs: number
  /** Longest delay, including jitter. Default 30 000 ms. */
  maxDelayMs: number
  /** Growth factor per attempt. Default 2. */
  backoffMultiplier: number
  /** ± random share of the delay, 0…1. Default 0.3. */
  jitterFactor: number
  /**
   * Attempts in a row before the state becomes `failed`. Default -1, which means no limit. With several addresses, each
   * has to fail that often.
   */
  maxRetries: number
  /**
   * Maximum messages kept while there is no connection. Default 1000; further calls are refused with
   * `PENDING_QUEUE_FULL`.
   */
  maxPendingMessages?: number
  /** Maximum bytes of kept messages. Default 16 MiB; a single larger message is kept if there is no other. */
  maxPendingBytes?: number
  /** How long a message is kept. Default 300 000 ms; the time limit of a call may end it sooner. */
  maxPendingAgeMs?: number
}

/** Reconnection settings as users give them: each member may be left out or `undefined`. */
export type ReconnectionOptions = { [Name in keyof ReconnectionConfig]?: ReconnectionConfig[Name] | undefined }

export const DEFAULT_RECONNECTION: Required<ReconnectionConfig> = {
  initialDelayMs: 1000,
  maxDelayMs: 30_000,
  backoffMultiplier: 2,
  jitterFactor: 0.3,
  maxRetries: -1,
  maxPendingMessages: 1000,
  maxPendingBytes: 16 * 1024 * 1024,
  maxPendingAgeMs: 300_000,
}

/** All settings of a connection. */
export interface ConnectionOptions {
  /** At least one. */
  readonly addresses: readonly string[]
  readonly backoff: BackoffPolicy
  readonly maxRetries: number
  readonly outbox: QueueCaps
}

/** Connection options from complete reconnection settings. */
export function connectionOptions(
  addresses: readonly string[],
  config: Required<ReconnectionConfig>,
): ConnectionOptions {
  return {
    addresses,
    backoff: config,
    maxRetries: config.maxRetries < 0 ? Infinity : config.maxRetries,
    outbox: pendingCaps(config),
  }
}

/** Limits of the queue of a connection. */
export function pendingCaps(config: Required<ReconnectionConfig>): QueueCaps {
  return {
    maxItems: config.maxPendingMessages,
    maxBytes: config.maxPendingBytes,
    maxAgeMs: config.maxPendingAgeMs,
  }
}

/** Interval between pings. */
export const PING_INTERVAL_MS = 20_000

/** Silence after which a connection counts as dead, from its last inbound frame. */
export const IDLE_LIMIT_MS = 60_000

/** How long a connection must have been open before the backoff starts from its first delay again. */
export const STABLE_AFTER_MS = 5_000

/** Time limit for the answer to our close frame; the engine does not always answer. */
export const CLOSE_TIMEOUT_MS = 1_000

/** Frames of low priority wait while more than this is buffered, so that a call waits behind few bytes. */
export const LOW_PRIORITY_BYTES = 1024 * 1024

/** A valid address. @throws {RuntimeError} `INVALID_ARGUMENT`. */
export function checkAddress(address: unknown): string {
  if (typeof address === 'string' && isEngineAddress(address)) return address
  const seen = describe(typeof address === 'string' ? addressWithoutCredentials(address) : address)
  const text = `The engine address must be a URL such as ${DEFAULT_ENGINE_URL}, got ${seen}`
  throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
}

/** Valid addresses, from one or a list. @throws {RuntimeError} `INVALID_ARGUMENT`. */
export function checkAddresses(given: unknown): readonly string[] {
  if (!Array.isArray(given)) return [checkAddress(given)]
  if (given.length > 0) return given.map(checkAddress)
  throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, 'An engine address is required')
}
