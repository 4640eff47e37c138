/**
 * Tracks the owner of each worker name, per namespace. A name has one owner at a time, and a worker that disconnects
 * releases its names.
 */
import type { Peer } from '../links/peer.js'

/** The old and the new name; `undefined` for none. */
export interface NameChange {
  readonly from: string | undefined
  readonly to: string | undefined
}

export class NameLeases {
  readonly #namespaces = new Map<string, Map<string, Peer>>()

  holder(namespace: string, name: string): Peer | undefined {
    return this.#namespaces.get(namespace)?.get(name)
  }

  /** Gives a worker another name, or none. If another worker owns it, returns that worker and changes nothing. */
  move(peer: Peer, namespace: string, { from, to }: NameChange): Peer | undefined {
    if (to !== undefined) {
      const holder = this.holder(namespace, to)
      if (holder !== undefined && holder !== peer) return holder
      const names = this.#namespaces.get(namespace) ?? new Map<string, Peer>()
      this.#namespaces.set(namespace, names.set(to, peer))
    }
    if (from !== undefined && from !== to) this.#release(peer, namespace, from)
    return undefined
  }

  #release(peer: Peer, namespace: string, name: string): void {
    const names = this.#namespaces.get(namespace)
    if (names?.get(name) !== peer) return
    names.delete(name)
    if (names.size === 0) this.#namespaces.delete(namespace)
  }
}
