/**
 * Stores channels by id, each with a key. A key is compared in constant time, and an unknown id takes as long as a
 * wrong key, so neither can be guessed step by step. Channels whose ends do not connect expire.
 */
import { timingSafeEqual } from 'node:crypto'
import { ErrorCode, InvocationError } from '../../errors.js'
import type { Clock, Timer } from '../../std/time/clock.js'
import type { Random } from '../../std/random.js'
import { MAX_MESSAGE_BYTES } from '../../wire/protocol/limits.js'
import type { Log } from '../../std/log.js'
import { Channel } from './channel.js'
import { ChannelAccount, ChannelMemory } from './channel-memory.js'
import type { ChannelRef } from './channels.js'
import type { Counters } from '../counters.js'
import type { EngineLimits } from '../limits.js'

export interface ChannelTableParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly limits: Pick<EngineLimits, 'maxChannels' | 'maxSessionChannels' | 'maxChannelBytes'>
  readonly counters: Pick<Counters, 'refused' | 'dropped'>
}

/** A channel and its key. */
export interface Registered {
  readonly channel: Channel
  readonly writer: ChannelRef
  readonly reader: ChannelRef
}

interface Entry {
  readonly channel: Channel
  readonly key: string
  readonly sessionId: string
  readonly createdAt: number
}

const DEFAULT_BUFFER_ITEMS = 64
const MAX_BUFFER_ITEMS = 1024
const SWEEP_MS = 60_000
/** Time limit for both ends to connect. */
const UNCLAIMED_MS = 5 * 60_000
/** Time limit for the reader to connect after its writer was cut; its items are incomplete at best. */
const CUT_UNREAD_MS = 5_000

export class ChannelTable {
  readonly #parts: ChannelTableParts
  readonly #entries = new Map<string, Entry>()
  /** By the session that creates channels; those of the engine under the empty id. */
  readonly #accounts = new Map<string, ChannelAccount>()
  readonly #memory: ChannelMemory
  #sweep: Timer | undefined

  constructor(parts: ChannelTableParts) {
    this.#parts = parts
    this.#memory = new ChannelMemory({
      maxBytes: parts.limits.maxChannelBytes,
      reserveBytes: MAX_MESSAGE_BYTES,
      onGivenUp: () => {
        parts.counters.dropped.channels += 1
        parts.log.warn({}, 'A channel was discarded with its items, because the memory limit of channels was exceeded')
      },
    })
  }

  get size(): number {
    return this.#entries.size
  }

  /** Total of items in all channels. */
  get bufferedBytes(): number {
    let bytes = 0
    for (const { channel } of this.#entries.values()) bytes += channel.bufferedBytes
    return bytes
  }

  /** Open channels, without their keys, for an inspection. `worker_id` is empty for channels of the engine. */
  list(): object[] {
    const now = this.#parts.clock.now()
    const open = Array.from(this.#entries).filter(([, { channel }]) => !channel.over)
    return open.map(([id, { channel, sessionId, createdAt }]) => ({
      id,
      worker_id: sessionId,
      buffered_bytes: channel.bufferedBytes,
      total_bytes: channel.totalBytes,
      age_ms: Math.round(now - createdAt),
      ...channel.ends,
    }))
  }

  /**
   * Creates a channel. The buffer holds from 1 to 1024 items, 64 by default.
   * @param sessionId the session that creates it; omitted for the engine, which is not limited.
   * @throws {InvocationError} `invocation_error` when the session, or all sessions together, have the maximum number of
   * channels.
   */
  create(bufferItems: number = DEFAULT_BUFFER_ITEMS, sessionId = ''): Registered {
    const { random, clock } = this.#parts
    this.#refuseExcess(sessionId)
    const id = random.uuid()
    const key = random.uuid()
    const account = this.#accounts.get(sessionId) ?? new ChannelAccount(this.#memory)
    this.#accounts.set(sessionId, account)
    account.channels += 1
    const channel = new Channel({
      maxItems: Math.min(Math.max(bufferItems, 1), MAX_BUFFER_ITEMS),
      account,
      onDestroyed: () => this.#forget(id, sessionId),
      onCutUnread: () => clock.after(CUT_UNREAD_MS, () => this.#giveUpUnread(id), 'background'),
    })
    this.#entries.set(id, { channel, key, sessionId, createdAt: clock.now() })
    this.#sweep ??= this.#nextSweep()
    const ref = { channel_id: id, access_key: key }
    return { channel, writer: { ...ref, direction: 'write' }, reader: { ...ref, direction: 'read' } }
  }

  /** The channel with an id, if the key is right. */
  find(id: string, key: string): Channel | undefined {
    const entry = this.#entries.get(id)
    const expected = Buffer.from(entry?.key ?? NO_KEY)
    const given = Buffer.from(key)
    // A key of another length is compared with itself, which takes the same time and is rejected.
    const matches = timingSafeEqual(given.length === expected.length ? given : expected, expected)
    return matches && given.length === expected.length ? entry?.channel : undefined
  }

  /** Ends and removes a channel at once. */
  destroy(id: string): void {
    this.#entries.get(id)?.channel.destroy()
  }

  /** Ends all channels. */
  close(): void {
    this.#sweep?.cancel()
    for (const id of [...this.#entries.keys()]) this.destroy(id)
  }

  #refuseExcess(sessionId: string): void {
    const { limits, counters } = this.#parts
    const excess = (): string | undefined => {
      const own = this.#accounts.get(sessionId)?.channels ?? 0
      if (sessionId !== '' && own >= limits.maxSessionChannels) return `This session has ${String(own)} channels`
      if (this.#entries.size >= limits.maxChannels) return `There are ${String(this.#entries.size)} channels`
      return undefined
    }
    // Finished channels stay for a while, so that a second client on an end gets a different answer than one with an
    // unknown id. They are removed first.
    if (excess() === undefined) return
    this.#sweepNow()
    const found = excess()
    if (found === undefined) return
    counters.refused.channels += 1
    const message = `${found}, which is the limit; close some first`
    throw new InvocationError({ code: ErrorCode.invocation_error, message })
  }

  #giveUpUnread(id: string): void {
    if (this.#entries.get(id)?.channel.isUnread === true) this.destroy(id)
  }

  #forget(id: string, sessionId: string): void {
    if (!this.#entries.delete(id)) return
    const account = this.#accounts.get(sessionId)
    if (account === undefined) return
    account.channels -= 1
    if (account.channels === 0) this.#accounts.delete(sessionId)
  }

  #sweepNow(): void {
    const now = this.#parts.clock.now()
    for (const [id, { channel, createdAt }] of this.#entries) {
      if (channel.over || (channel.unclaimed && now - createdAt > UNCLAIMED_MS)) this.destroy(id)
    }
  }

  #nextSweep(): Timer {
    return this.#parts.clock.after(
      SWEEP_MS,
      () => {
        this.#sweepNow()
        this.#sweep = this.#entries.size === 0 ? undefined : this.#nextSweep()
      },
      'background',
    )
  }
}

/** As long as a key; no channel has it, since the entry is missing. */
const NO_KEY = '00000000-0000-0000-0000-000000000000'
