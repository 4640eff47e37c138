/** Stores registered triggers by id, by owner and by the name of their type. Does not change them. */
import type { OwnedBytes } from '../registry/owned-bytes.js'
import type { Peer } from '../links/peer.js'
import type { Trigger } from './trigger.js'

export class TriggerTable {
  readonly #byId = new Map<string, Trigger>()
  readonly #byType = new Map<string, Set<Trigger>>()
  readonly #byOwner = new Map<Peer, Set<Trigger>>()
  readonly #unowned = new Set<Trigger>()
  /** Those of guarded sessions, by the function they call. */
  readonly #guarded = new Map<string, Set<Trigger>>()
  readonly #ownedBytes: OwnedBytes

  constructor(ownedBytes: OwnedBytes) {
    this.#ownedBytes = ownedBytes
  }

  get size(): number {
    return this.#byId.size
  }

  get(id: string): Trigger | undefined {
    return this.#byId.get(id)
  }

  all(): Iterable<Trigger> {
    return this.#byId.values()
  }

  /** Triggers without an owner, which end only on request. */
  get unowned(): ReadonlySet<Trigger> {
    return this.#unowned
  }

  /** Triggers of guarded sessions that call a function with this id, in any namespace. */
  guardedOn(functionId: string): ReadonlySet<Trigger> {
    return this.#guarded.get(functionId) ?? NONE
  }

  ownedBy(peer: Peer): ReadonlySet<Trigger> {
    return this.#byOwner.get(peer) ?? NONE
  }

  /** Triggers that name a type, in any namespace, including parked ones. */
  ofType(triggerType: string): ReadonlySet<Trigger> {
    return this.#byType.get(triggerType) ?? NONE
  }

  add(trigger: Trigger): void {
    this.#byId.set(trigger.id, trigger)
    enter(this.#byType, trigger.triggerType, trigger)
    if (trigger.access !== undefined) enter(this.#guarded, trigger.functionId, trigger)
    if (trigger.owner === undefined) this.#unowned.add(trigger)
    else enter(this.#byOwner, trigger.owner, trigger)
    this.#ownedBytes.add(trigger.owner, trigger.bytes)
  }

  remove(trigger: Trigger): void {
    if (this.#byId.get(trigger.id) === trigger) this.#byId.delete(trigger.id)
    depart(this.#byType, trigger.triggerType, trigger)
    if (trigger.access !== undefined) depart(this.#guarded, trigger.functionId, trigger)
    if (trigger.owner === undefined) this.#unowned.delete(trigger)
    else depart(this.#byOwner, trigger.owner, trigger)
    this.#ownedBytes.add(trigger.owner, -trigger.bytes)
  }
}

const NONE: ReadonlySet<Trigger> = new Set()

function enter<K>(index: Map<K, Set<Trigger>>, key: K, trigger: Trigger): void {
  const members = index.get(key)
  if (members === undefined) index.set(key, new Set([trigger]))
  else members.add(trigger)
}

function depart<K>(index: Map<K, Set<Trigger>>, key: K, trigger: Trigger): void {
  const members = index.get(key)
  members?.delete(trigger)
  if (members?.size === 0) index.delete(key)
}
