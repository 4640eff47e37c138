/**
 * Looks for calls that are due and has them delivered, a limited number at a time. Every worker may look: a call that two
 * find is delivered by one. Nothing is remembered of calls that are due after the next look, so any number may wait.
 */
import { Gate } from '../../../std/async/gate.js'
import type { KeyedWorkParts } from '../once/keyed-work.js'
import { entryName, SLOTS, slotOf, type SlotEntry, type LaterCalls, type StoredCall } from './later-calls.js'

/** Between two looks, at most. A worker knows the time of the calls that it found or made itself. */
const LOOK_MS = 30_000

/** Looks after which one more slot is looked through, for calls that were left behind. */
const OTHER_SLOT_EVERY = 4

/** Calls that are being delivered at a time. */
const MAX_DELIVERIES = 16

/** Calls that wait for their moment or their turn. More are found by another look, once half of these are done. */
const MAX_PLANNED = 1_000

/** After this time a call that another worker has taken is looked at again: that worker may have died. */
const TAKEN_MS = 30_000

/** A call is left to the worker that made it for so long; without that, all would ask state at the same moment. */
const STAGGER_MS = 100

export class Deliveries {
  readonly #parts: KeyedWorkParts
  readonly #calls: LaterCalls
  readonly #send: (call: StoredCall) => Promise<unknown>
  readonly #planned = new Set<string>()
  readonly #gate = new Gate(MAX_DELIVERIES)
  #isOver = false
  /** Whether a look found more than could be planned. */
  #hasMore = false
  #wake: () => void = () => undefined
  /** The slot that is looked through beside those of the time. */
  #slot: number

  constructor(parts: KeyedWorkParts, calls: LaterCalls, send: (call: StoredCall) => Promise<unknown>) {
    this.#parts = parts
    this.#calls = calls
    this.#send = send
    this.#slot = slotOf(parts.clock.epochMs())
    parts.link.endings.on(() => {
      this.stop()
    })
    void this.#look()
  }

  /** Looks no more; deliveries that have begun go on. */
  stop(): void {
    this.#isOver = true
    this.#wake()
  }

  /** Delivers a call in time if it is due before the next look. */
  plan(entry: SlotEntry, delayMs = 0): void {
    const name = entryName(entry)
    const inMs = entry.dueAt - this.#parts.clock.epochMs()
    if (inMs > LOOK_MS || this.#planned.has(name)) return
    if (this.#planned.size >= MAX_PLANNED) {
      this.#hasMore = true
      return
    }
    this.#planned.add(name)
    this.#deliverIn(Math.max(0, inMs) + delayMs, entry)
  }

  #deliverIn(delayMs: number, entry: SlotEntry): void {
    const enter = (): void => {
      this.#gate.enter(() => void this.#deliver(entry))
    }
    this.#parts.clock.after(delayMs, enter, 'background')
  }

  async #deliver(entry: SlotEntry): Promise<void> {
    let isDone = false
    try {
      isDone = this.#isOver || (await this.#calls.deliver(entry, this.#send))
    } catch {
      // State did not answer. The call is still in its slot.
    }
    this.#gate.leave()
    if (isDone) this.#forget(entry)
    else this.#deliverIn(TAKEN_MS, entry)
  }

  #forget(entry: SlotEntry): void {
    this.#planned.delete(entryName(entry))
    if (!this.#hasMore || this.#planned.size > MAX_PLANNED / 2) return
    this.#hasMore = false
    this.#wake()
  }

  /** All slots once, for what became due while no worker looked; then those around the present time, and seldom another. */
  async #look(): Promise<void> {
    const { clock } = this.#parts
    let hasSeenAll = false
    for (let round = 0; !this.#isOver; round++) {
      try {
        if (!hasSeenAll) for (let slot = 0; slot < SLOTS; slot++) await this.#lookInto(slot)
        hasSeenAll = true
        const nowMs = clock.epochMs()
        const slots = new Set([slotOf(nowMs - LOOK_MS), slotOf(nowMs + LOOK_MS)])
        if (round % OTHER_SLOT_EVERY === 0) slots.add((this.#slot = (this.#slot + 1) % SLOTS))
        for (const slot of slots) await this.#lookInto(slot)
      } catch {
        // State did not answer; the next look tries again.
      }
      await this.#pause(LOOK_MS)
    }
  }

  async #lookInto(slot: number): Promise<void> {
    if (this.#isOver) return
    for (const entry of await this.#calls.entries(slot)) this.plan(entry, STAGGER_MS * this.#parts.random.next())
  }

  /** Waits for a time, or until more calls can be planned. */
  #pause(delayMs: number): Promise<void> {
    const { clock, random } = this.#parts
    return new Promise((resolve) => {
      // Workers that started together do not look at the same moment.
      const timer = clock.after(delayMs * (0.75 + 0.25 * random.next()), resolve, 'background')
      this.#wake = () => {
        timer.cancel()
        resolve()
      }
    })
  }
}
