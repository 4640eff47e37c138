/**
 * When to look at which run: entries by due time, in slots of ten seconds. Engines find nothing by key or by value, so
 * slots are scopes, and two directories say which slots exist. An entry is a hint: it may be there twice or too early,
 * and the record of its run decides. What must hold is that every run that has to continue has an entry that is due no
 * later, so entries are written before what makes them necessary ends, and removed after.
 */
import type { Clock } from '../../std/time/clock.js'
import type { Store } from './store.js'

/** One entry: look at this run at this time. */
export interface Due {
  readonly run: string
  /** Distinguishes the entries of one run, so that a writer removes none but its own. */
  readonly tag: string
  readonly due: number
}

const SLOT_MS = 10_000
const HOUR_MS = 3_600_000
/** An empty slot stays listed for this long: a writer with a slower clock may still use it. */
const KEPT_MS = 600_000

interface Listed {
  readonly at: number
}

export class Schedule {
  readonly #store: Store
  readonly #workflow: string

  constructor(store: Store, workflow: string) {
    this.#store = store
    this.#workflow = workflow
  }

  /** Adds an entry. */
  async put(entry: Due): Promise<void> {
    await this.#store.set(this.#slotScope(startOf(entry.due, SLOT_MS)), keyOf(entry), entry)
    await this.#list(entry)
  }

  async has(entry: Due): Promise<boolean> {
    return (await this.#store.get(this.#slotScope(startOf(entry.due, SLOT_MS)), keyOf(entry))) !== undefined
  }

  /** Adds an entry, unless it exists. Its slot may still be missing from the list. */
  async keep(entry: Due): Promise<void> {
    await ((await this.has(entry)) ? this.#list(entry) : this.put(entry))
  }

  remove(entry: Due): Promise<void> {
    return this.#store.remove(this.#slotScope(startOf(entry.due, SLOT_MS)), keyOf(entry))
  }

  /** Puts an entry off. */
  async move(entry: Due, due: number): Promise<void> {
    await this.put({ ...entry, due })
    // In the same slot the new entry has replaced the old one.
    if (startOf(due, SLOT_MS) !== startOf(entry.due, SLOT_MS)) await this.remove(entry)
  }

  /** Entries that are due, slot by slot, the oldest first. */
  async *due(now: number): AsyncGenerator<readonly Due[]> {
    for (const hour of await this.#listed(this.#rootScope, now)) {
      const scope = this.#hourScope(hour)
      const slots = await this.#listed(scope, now)
      for (const slot of slots) {
        const entries = await this.#entries(slot)
        if (entries.length === 0) await this.#unlist(scope, slot, now)
        else yield entries.filter(({ due }) => due <= now)
      }
      if (slots.length === 0 && hour + HOUR_MS < now) await this.#unlist(this.#rootScope, hour, now)
    }
  }

  async #entries(slot: number): Promise<Due[]> {
    // Written by this class alone; anything else has no due time and is never due.
    return (await this.#store.list(this.#slotScope(slot))) as Due[]
  }

  /**
   * Lists the slot of an entry that was added. Read each time and not remembered: a worker whose clock is ahead may have
   * taken the slot off, and an engine may have forgotten it.
   */
  async #list({ due }: Due): Promise<void> {
    const [slot, hour] = [startOf(due, SLOT_MS), startOf(due, HOUR_MS)]
    for (const [scope, at] of [[this.#hourScope(hour), slot] as const, [this.#rootScope, hour] as const]) {
      const listed = await this.#store.get(scope, String(at))
      if (listed === undefined) await this.#store.set(scope, String(at), { at } satisfies Listed)
    }
  }

  async #listed(scope: string, now: number): Promise<number[]> {
    const listed = (await this.#store.list(scope)) as Listed[]
    return listed
      .map(({ at }) => at)
      .filter((at) => at <= now)
      .sort((a, b) => a - b)
  }

  /** Takes an empty slot off its directory, and puts it back if it was filled meanwhile. */
  async #unlist(scope: string, at: number, now: number): Promise<void> {
    if (at + KEPT_MS > now) return
    await this.#store.remove(scope, String(at))
    const inside = scope === this.#rootScope ? this.#store.list(this.#hourScope(at)) : this.#entries(at)
    if ((await inside).length > 0) await this.#store.set(scope, String(at), { at } satisfies Listed)
  }

  get #rootScope(): string {
    return `workflow/${this.#workflow}/hours`
  }

  #hourScope(hour: number): string {
    return `workflow/${this.#workflow}/hour/${String(hour)}`
  }

  #slotScope(slot: number): string {
    return `workflow/${this.#workflow}/due/${String(slot)}`
  }
}

/** Until when a worker looks for entries: after its wall clock was set back, once as far ahead as it has been. */
export class Horizon {
  readonly #clock: Clock
  #seen: { readonly now: number; readonly epochMs: number } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Called for each sweep. Entries that are not due are put off; those of lost runs would wait for the old time. */
  next(): number {
    const [now, epochMs] = [this.#clock.now(), this.#clock.epochMs()]
    const expected = this.#seen === undefined ? epochMs : this.#seen.epochMs + now - this.#seen.now
    this.#seen = { now, epochMs }
    return Math.max(epochMs, expected)
  }
}

function startOf(time: number, lengthMs: number): number {
  return Math.floor(time / lengthMs) * lengthMs
}

function keyOf({ run, tag }: Due): string {
  return `${run}@${tag}`
}

/** The schedules of all workflows on one store. */
export function schedulesOn(store: Store): (workflow: string) => Schedule {
  const schedules = new Map<string, Schedule>()
  return (workflow) => {
    const known = schedules.get(workflow) ?? new Schedule(store, workflow)
    schedules.set(workflow, known)
    return known
  }
}
