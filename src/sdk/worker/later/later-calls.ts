/**
 * Calls that wait in engine state until they are due. One value has the call, and an entry of a few bytes in one of a fixed
 * number of slots says when. A slot stands for two minutes and returns every 17 hours, so that the
 * calls of a time are found without a list of all, however many wait. A worker that finds a due call delivers it once, in the
 * sense of `once.ts`: at least once, and exactly once where the function is idempotent.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import type { Once } from '../once/once.js'
import type { OnceSettings } from '../once/once-options.js'
import { shardOf } from '../once/once-store.js'
import { didNotRun, isRepeatable } from '../once/repeat.js'
import { topOf } from '../once/claims.js'
import type { KeyedWorkParts } from '../once/keyed-work.js'
import type { TriggerAction } from '../calls/trigger-request.js'

/** Slots, and the time that one stands for: each returns after 17 hours. */
export const SLOTS = 512
const SLOT_MS = 120_000

/** A call as it is stored. */
export type StoredCall = {
  readonly id: string
  readonly dueAt: number
  readonly functionId: string
  readonly namespace: string
  readonly payload: unknown
  readonly metadata?: unknown
  readonly action?: TriggerAction
  readonly timeoutMs?: number
}

/** Entry of a call in a slot. */
export type SlotEntry = {
  readonly id: string
  readonly key: string
  readonly dueAt: number
  /** Deliveries before this one that ended without an answer of the function. */
  readonly attempt: number
  /** Those among them in which it may have run. */
  readonly unknown: number
}

/** The first entry of a call. */
export function entryOf({ id, dueAt }: Pick<StoredCall, 'id' | 'dueAt'>, key: string): SlotEntry {
  return { id, key, dueAt, attempt: 0, unknown: 0 }
}

/** Outcome of one delivery. */
type Delivery = { readonly end: 'delivered' | 'cancelled' } | { readonly next: SlotEntry }

/** An entry without a call is kept for this time: its call may not have been stored yet. */
const ORPHANED_MS = 3_600_000

const NEVER_MS = 2 ** 52

/** Keys of waiting calls. A key begins anew when its call is delivered or cancelled. */
const WAITING: OnceSettings = { ttlMs: NEVER_MS, scope: 'later', onLost: 'rerun', onError: 'rerun', leaseMs: 10_000 }
/** Deliveries by id and attempt, kept for those who found the call before it was delivered. */
const DELIVERIES: OnceSettings = {
  ttlMs: 86_400_000,
  scope: 'later-deliveries',
  onLost: 'rerun',
  onError: 'rerun',
  leaseMs: 10_000,
}

const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 300_000

/** Deliveries in which the function may have run, and the time for which one without a serving worker is tried. */
const MAX_UNKNOWN = 5
const MAX_AGE_MS = 7 * 86_400_000

/** Scopes that waiting calls are spread over. */
const CALL_SHARDS = 256

export class LaterCalls {
  readonly #parts: KeyedWorkParts
  readonly #once: Once

  constructor(parts: KeyedWorkParts, once: Once) {
    this.#parts = parts
    this.#once = once
  }

  /** Stores a call; resolves with the one that has the key. */
  async add(key: string, call: Omit<StoredCall, 'id'>, input: unknown): Promise<Pick<StoredCall, 'id' | 'dueAt'>> {
    const settled = await this.#once.run({
      key,
      settings: WAITING,
      input,
      run: async (id) => {
        // First the entry: a call without one would stay for ever.
        await this.#place(entryOf({ id, dueAt: call.dueAt }, key))
        await this.#write(callPlace(id), { ...call, id })
        return { id, dueAt: call.dueAt }
      },
    })
    return settled?.value as Pick<StoredCall, 'id' | 'dueAt'>
  }

  /** Takes a call back; false when there is none under the key, or its delivery has begun. */
  async cancel(key: string): Promise<boolean> {
    const { store } = this.#once
    const top = topOf(await store.record(WAITING.scope, key))
    if (top === undefined || top.mark === 'ended') return false
    const waiting = (await store.result(WAITING.scope, top.claim.life))?.value as Pick<StoredCall, 'id' | 'dueAt'>
    if (!isRecord(waiting)) return false
    const entry = entryOf(waiting, key)
    const delivery = await this.#deliverOnce(entry, () => ({ end: 'cancelled' }))
    if (delivery === undefined || !('end' in delivery) || delivery.end !== 'cancelled') return false
    await this.#once.endLife(WAITING.scope, key, entry.id)
    await this.#forget(entry)
    return true
  }

  /** The entries of a slot. */
  async entries(slot: number): Promise<SlotEntry[]> {
    const { store } = this.#once
    const entries = await store.repeat('state::list', () => store.state.list<unknown>({ scope: slotScope(slot) }))
    return entries.filter(isEntry)
  }

  /**
   * Delivers a call that is due, unless another worker does. `send` makes the call. Resolves with whether its entry is done
   * with.
   */
  async deliver(entry: SlotEntry, send: (call: StoredCall) => Promise<unknown>): Promise<boolean> {
    const { store } = this.#once
    const call = await store.repeat('state::get', () => store.state.get<StoredCall>(callPlace(entry.id)))
    if (call === null) {
      // Delivered by another worker, or not stored yet.
      if (this.#parts.clock.epochMs() > entry.dueAt + ORPHANED_MS) await this.#forget(entry)
      return true
    }
    const delivery = await this.#deliverOnce(entry, async () => {
      // From here on the function may use the key for its next call.
      await this.#once.endLife(WAITING.scope, entry.key, entry.id)
      return this.#send(call, entry, send)
    })
    if (delivery === undefined) return false
    if ('next' in delivery) {
      await this.#place(delivery.next)
      await this.#remove(entryPlace(entry))
    } else await this.#forget(entry)
    return true
  }

  async #deliverOnce(entry: SlotEntry, run: () => Delivery | Promise<Delivery>): Promise<Delivery | undefined> {
    const key = entryName(entry)
    const settled = await this.#once.run({ key, settings: DELIVERIES, input: undefined, run }, 'give up')
    return settled?.value as Delivery | undefined
  }

  async #send(call: StoredCall, entry: SlotEntry, send: (call: StoredCall) => Promise<unknown>): Promise<Delivery> {
    const { report } = this.#parts
    const { functionId } = call
    try {
      await send(call)
    } catch (error) {
      const next = this.#nextAfter(error, call, entry)
      if (next !== undefined) return { next }
      report({ kind: 'later_call_failed', functionId, key: entry.key, error })
    }
    return { end: 'delivered' }
  }

  /** The next delivery of a call that the function did not answer. */
  #nextAfter(error: unknown, { functionId, dueAt }: StoredCall, entry: SlotEntry): SlotEntry | undefined {
    const hasNotRun = didNotRun(error, functionId)
    const unknown = entry.unknown + (hasNotRun ? 0 : 1)
    const nowMs = this.#parts.clock.epochMs()
    if (!hasNotRun && !isRepeatable(error, functionId)) return undefined
    if (unknown >= MAX_UNKNOWN || nowMs > dueAt + MAX_AGE_MS) return undefined
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** entry.attempt, LONGEST_DELAY_MS)
    return { ...entry, dueAt: nowMs + delayMs, attempt: entry.attempt + 1, unknown }
  }

  async #place(entry: SlotEntry): Promise<void> {
    await this.#write(entryPlace(entry), entry)
  }

  async #forget(entry: SlotEntry): Promise<void> {
    await this.#remove(callPlace(entry.id))
    await this.#remove(entryPlace(entry))
  }

  async #write(place: Place, value: unknown): Promise<void> {
    const { store } = this.#once
    await store.repeat('state::set', () => store.state.set({ ...place, value }))
  }

  async #remove(place: Place): Promise<void> {
    const { store } = this.#once
    await store.repeat('state::delete', () => store.state.delete(place))
  }
}

interface Place {
  readonly scope: string
  readonly key: string
}

function callPlace(id: string): Place {
  return { scope: `iii.later-calls.${String(shardOf(id, CALL_SHARDS))}`, key: id }
}

/** The slot of a time. */
export function slotOf(epochMs: number): number {
  return Math.floor(epochMs / SLOT_MS) % SLOTS
}

function slotScope(slot: number): string {
  return `iii.later.${String(slot)}`
}

/** Two deliveries of a call may be due in the same slot. */
function entryPlace(entry: SlotEntry): Place {
  return { scope: slotScope(slotOf(entry.dueAt)), key: entryName(entry) }
}

/** Names one delivery of a call. */
export function entryName({ id, attempt }: SlotEntry): string {
  return `${id} ${String(attempt)}`
}

function isEntry(value: unknown): value is SlotEntry {
  if (!isRecord(value)) return false
  const { id, key, dueAt, attempt, unknown } = value
  const isNamed = typeof id === 'string' && typeof key === 'string'
  return isNamed && [dueAt, attempt, unknown].every((number) => typeof number === 'number')
}
