/**
 * Which worker holds which name, per namespace. One live holder at a time; whoever leaves frees its names.
 */
import type { Peer } from './peer.js'

export class NameLeases {
  readonly #namespaces = new Map<string, Map<string, Peer>>()

  holder(namespace: string, name: string): Peer | undefined {
    return this.#namespaces.get(namespace)?.get(name)
  }

  /** Takes a name; answers with its holder when another worker has it. */
  take(peer: Peer, namespace: string, name: string): Peer | undefined {
    const holder = this.holder(namespace, name)
    if (holder !== undefined) return holder === peer ? undefined : holder
    const names = this.#namespaces.get(namespace) ?? new Map<string, Peer>()
    this.#namespaces.set(namespace, names.set(name, peer))
    return undefined
  }

  /** Frees a name if this worker holds it. */
  release(peer: Peer, namespace: string, name: string): void {
    const names = this.#namespaces.get(namespace)
    if (names?.get(name) !== peer) return
    names.delete(name)
    if (names.size === 0) this.#namespaces.delete(namespace)
  }
}
