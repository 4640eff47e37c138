/** Finds the namespaces that contain an id. Most ids are in one, which then takes only an entry of a map. */
export class NamespaceIndex {
  readonly #byId = new Map<string, string | Set<string>>()

  add(id: string, namespace: string): void {
    const known = this.#byId.get(id)
    if (known === undefined || known === namespace) this.#byId.set(id, namespace)
    else if (typeof known === 'string') this.#byId.set(id, new Set([known, namespace]))
    else known.add(namespace)
  }

  remove(id: string, namespace: string): void {
    const known = this.#byId.get(id)
    if (known === namespace) this.#byId.delete(id)
    else if (known instanceof Set && known.delete(namespace) && known.size === 0) this.#byId.delete(id)
  }

  /** Sorted by name. */
  namespacesOf(id: string): string[] {
    const known = this.#byId.get(id)
    if (known === undefined) return []
    return typeof known === 'string' ? [known] : [...known].sort()
  }
}
