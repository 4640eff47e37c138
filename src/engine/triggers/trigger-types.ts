/**
 * Stores trigger types by namespace and id. The last worker to register a type provides it; types of the engine cannot
 * be replaced.
 */
import { DEFAULT_NAMESPACE } from '../../wire/protocol/names.js'
import type { OwnedBytes } from '../registry/owned-bytes.js'
import type { Peer } from '../links/peer.js'
import type { TriggerRegistration, TriggerType } from './trigger.js'

export class TriggerTypes {
  readonly #byId = new Map<string, Map<string, TriggerType>>()
  readonly #provided = new Map<Peer, Set<TriggerType>>()
  readonly #ownedBytes: OwnedBytes

  constructor(ownedBytes: OwnedBytes) {
    this.#ownedBytes = ownedBytes
  }

  find(namespace: string, id: string): TriggerType | undefined {
    return this.#byId.get(id)?.get(namespace)
  }

  /** All types, unordered. */
  *all(): Iterable<TriggerType> {
    for (const types of this.#byId.values()) yield* types.values()
  }

  /** All types with one id, one per namespace. */
  named(id: string): TriggerType[] {
    return [...(this.#byId.get(id)?.values() ?? [])]
  }

  /**
   * Whether a type belongs to another worker, or has the name of a type of the engine, which exist in all namespaces.
   */
  isTaken(namespace: string, id: string, peer: Peer): boolean {
    const present = this.find(namespace, id)?.provider
    if (present?.kind === 'worker' && present.peer !== peer) return true
    return this.find(DEFAULT_NAMESPACE, id)?.provider.kind === 'builtin'
  }

  providedBy(peer: Peer): ReadonlySet<TriggerType> {
    return this.#provided.get(peer) ?? NONE
  }

  /**
   * The type that serves a trigger: only from the namespace it names, or else from its own, then from the default one.
   */
  resolve(request: TriggerRegistration): TriggerType | undefined {
    const { triggerType, typeNamespace, homeNamespace } = request
    if (typeNamespace !== undefined) return this.find(typeNamespace, triggerType)
    return this.find(homeNamespace, triggerType) ?? this.find(DEFAULT_NAMESPACE, triggerType)
  }

  /** Adds a type or replaces its provider; false if the engine provides it. */
  add(type: TriggerType): boolean {
    const present = this.find(type.namespace, type.id)
    if (present?.provider.kind === 'builtin') return false
    if (present !== undefined) this.#remove(present)
    const types = this.#byId.get(type.id) ?? new Map<string, TriggerType>()
    this.#byId.set(type.id, types.set(type.namespace, type))
    if (type.provider.kind === 'worker') {
      const { peer } = type.provider
      this.#provided.set(peer, (this.#provided.get(peer) ?? new Set()).add(type))
      this.#ownedBytes.add(peer, type.bytes)
    }
    return true
  }

  /** Removes and returns the types that a worker provides. */
  leave(peer: Peer): TriggerType[] {
    const types = [...this.providedBy(peer)]
    for (const type of types) this.#remove(type)
    return types
  }

  #remove(type: TriggerType): void {
    const types = this.#byId.get(type.id)
    types?.delete(type.namespace)
    if (types?.size === 0) this.#byId.delete(type.id)
    if (type.provider.kind !== 'worker') return
    const provided = this.#provided.get(type.provider.peer)
    if (provided?.delete(type) === true) this.#ownedBytes.add(type.provider.peer, -type.bytes)
    if (provided?.size === 0) this.#provided.delete(type.provider.peer)
  }
}

const NONE: ReadonlySet<TriggerType> = new Set()

/**
 * The built-in that provides each trigger type, including built-ins that a configuration leaves out. A test compares it
 * with the built-ins.
 */
export const TYPES_OF_BUILTINS: Readonly<Record<string, readonly string[]>> = {
  'iii-http': ['http'],
  'iii-stream': ['stream', 'stream:join', 'stream:leave'],
  'iii-state': ['state'],
  'iii-cron': ['cron'],
  'iii-pubsub': ['subscribe'],
  'iii-queue': ['durable:subscriber'],
  'iii-observability': ['log', 'trace'],
  configuration: ['configuration'],
}

/** The built-in that would provide a trigger type. */
export function builtinOfType(triggerType: string): string | undefined {
  return Object.keys(TYPES_OF_BUILTINS).find((name) => TYPES_OF_BUILTINS[name]?.includes(triggerType))
}
