/**
 * Delivers events to many receivers in portions: the first at once, the rest in ticks of the lane that all clients share,
 * so that an event for thousands of receivers delays no other client. Events of one key reach each receiver in their order.
 */
import { weightOf } from '../../std/json/weight.js'
import { JsonText } from '../../wire/protocol/json-text.js'
import { PORTION } from '../../std/time/pace.js'
import type { TickLane } from '../../std/time/tick-lane.js'

/** Receivers of events that wait behind another one of their key. */
const MAX_WAITING = 1_000_000
/** Memory of such events, in bytes, about. */
const MAX_WEIGHT = 64 * 1024 * 1024
/** Characters of large events that one portion sends: some 5 ms (measured). */
const MAX_PORTION_CHARACTERS = 4 * 1024 * 1024

interface Event<Receiver> {
  readonly receivers: readonly Receiver[]
  readonly deliver: (receiver: Receiver) => void
  /** Of an event that waited behind another one; else 0. */
  readonly weight: number
  /** Receivers in one tick. */
  readonly portion: number
  next: number
}

export class FanOut<Receiver> {
  readonly #lane: TickLane
  readonly #lines = new Map<string, Event<Receiver>[]>()
  #waiting = 0
  #weight = 0

  constructor(lane: TickLane) {
    this.#lane = lane
  }

  /** Delivers an event to all receivers; false when too many wait. One that is alone with its key always fits. */
  start(key: string, { receivers, data, deliver }: FanOutEvent<Receiver>): boolean {
    const line = this.#lines.get(key)
    const portion = portionOf(data)
    if (line === undefined) {
      const event = { receivers, deliver, weight: 0, portion, next: 0 }
      deliverSome(event, 1)
      if (event.next === receivers.length) return true
      this.#lines.set(key, [event])
      this.#schedule(key)
      return true
    }
    const weight = weightOf(data)
    if (this.#waiting + receivers.length > MAX_WAITING || this.#weight + weight > MAX_WEIGHT) return false
    line.push({ receivers, deliver, weight, portion, next: 0 })
    this.#waiting += receivers.length
    this.#weight += weight
    return true
  }

  /** Delivers nothing more. */
  stop(): void {
    this.#lines.clear()
  }

  #schedule(key: string): void {
    this.#lane.add(() => {
      const line = this.#lines.get(key) ?? []
      for (let share = 1, event = line[0]; share > 0 && event !== undefined; event = line[0]) {
        share -= deliverSome(event, share)
        if (event.next < event.receivers.length) break
        line.shift()
        const following = line[0]
        if (following === undefined) break
        this.#waiting -= following.receivers.length
        this.#weight -= following.weight
      }
      if (line.length > 0) this.#schedule(key)
      else this.#lines.delete(key)
      // The rest goes behind the work of others.
      return true
    })
  }
}

interface FanOutEvent<Receiver> {
  readonly receivers: readonly Receiver[]
  readonly data: unknown
  readonly deliver: (receiver: Receiver) => void
}

/** Delivers an event to as many receivers as a share of a tick allows, at least one; returns the share that was used. */
function deliverSome<Receiver>(event: Event<Receiver>, share: number): number {
  const { receivers, deliver, portion } = event
  const some = receivers.slice(event.next, event.next + Math.ceil(share * portion))
  event.next += some.length
  for (const receiver of some) deliver(receiver)
  return some.length / portion
}

/** Only a text can be so large that fewer receivers fit into one tick. */
function portionOf(data: unknown): number {
  const text = JsonText.is(data) ? data.text : typeof data === 'string' ? data : ''
  return text.length * PORTION <= MAX_PORTION_CHARACTERS
    ? PORTION
    : Math.max(1, Math.floor(MAX_PORTION_CHARACTERS / text.length))
}
