/** The triggers bound to one built-in type, each with a filter parsed from its config. Knows nothing of events. */
import type { Binding } from '../builtins/builtin.js'

/** Maximum triggers of one type. Further ones are refused. */
const MAX_TRIGGERS = 100_000

export class BoundTriggers<F> {
  readonly #triggers = new Map<string, { readonly binding: Binding; readonly filter: F }>()

  /**
   * Adds a binding; it replaces one with the same id.
   * @throws {Error} when there are too many.
   */
  add(binding: Binding, filter: F): void {
    if (this.#triggers.size >= MAX_TRIGGERS && !this.#triggers.has(binding.id)) {
      throw new Error(`The limit of ${MAX_TRIGGERS} ${binding.triggerType} triggers is reached`)
    }
    this.#triggers.set(binding.id, { binding, filter })
  }

  remove({ id }: Binding): void {
    this.#triggers.delete(id)
  }

  clear(): void {
    this.#triggers.clear()
  }

  /** Whether some binding has a property. */
  some(is: (binding: Binding) => boolean): boolean {
    for (const { binding } of this.#triggers.values()) if (is(binding)) return true
    return false
  }

  /** The bindings whose filter matches, in order of registration. */
  matching(fits: (filter: F) => boolean): Binding[] {
    const bindings: Binding[] = []
    for (const { binding, filter } of this.#triggers.values()) if (fits(filter)) bindings.push(binding)
    return bindings
  }
}
