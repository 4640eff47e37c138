/**
 * Who listens to which topic. Bindings are kept one by one, so removing one never silences another on its topic.
 * Knows nothing of deliveries.
 */
import type { Binding } from '../../builtin.js'

export class Subscriptions {
  readonly #topics = new Map<string, Map<string, Binding>>()
  readonly #topicOf = new Map<string, string>()

  get size(): number {
    return this.#topicOf.size
  }

  /** Adds a binding; one with the same id is replaced, on whatever topic it was. */
  add(topic: string, binding: Binding): void {
    this.remove(binding.id)
    const bindings = this.#topics.get(topic) ?? new Map<string, Binding>()
    this.#topics.set(topic, bindings.set(binding.id, binding))
    this.#topicOf.set(binding.id, topic)
  }

  remove(bindingId: string): void {
    const topic = this.#topicOf.get(bindingId)
    if (topic === undefined) return
    this.#topicOf.delete(bindingId)
    const bindings = this.#topics.get(topic)
    bindings?.delete(bindingId)
    if (bindings?.size === 0) this.#topics.delete(topic)
  }

  /** The bindings of a topic right now, in the order they came. */
  of(topic: string): readonly Binding[] {
    return [...(this.#topics.get(topic)?.values() ?? [])]
  }

  clear(): void {
    this.#topics.clear()
    this.#topicOf.clear()
  }
}
