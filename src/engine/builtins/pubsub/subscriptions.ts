/**
 * Who listens to which topic. Bindings are kept one by one, so removing one never silences another on its topic.
 * Knows nothing of deliveries.
 */
import type { Binding } from '../builtin.js'

export class Subscriptions {
  readonly #topics = new Map<string, Map<string, Binding>>()
  readonly #topicOf = new Map<string, string>()
  readonly #isSilencing: boolean
  /** What the latest removal silenced: a trigger that is registered again replaces itself and silences nothing. */
  #silenced: { readonly id: string; readonly topic: string; readonly bindings: Map<string, Binding> } | undefined

  /** @param isSilencing whether a binding that leaves ends delivery to all of its topic (`silentTopics`). */
  constructor(isSilencing = false) {
    this.#isSilencing = isSilencing
  }

  get size(): number {
    return this.#topicOf.size
  }

  /** Adds a binding; one with the same id is replaced, on whatever topic it was. */
  add(topic: string, binding: Binding): void {
    this.remove(binding.id)
    const silenced = this.#silenced
    this.#silenced = undefined
    if (silenced?.id === binding.id && silenced.topic === topic) this.#topics.set(topic, silenced.bindings)
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
    if (bindings !== undefined && this.#isSilencing) this.#silenced = { id: bindingId, topic, bindings }
    if (bindings?.size === 0 || this.#isSilencing) this.#topics.delete(topic)
  }

  /** The bindings of a topic right now, in the order they came. */
  of(topic: string): readonly Binding[] {
    return [...(this.#topics.get(topic)?.values() ?? [])]
  }

  /** Whether a binding still listens. */
  has(binding: Binding): boolean {
    const topic = this.#topicOf.get(binding.id)
    return topic !== undefined && this.#topics.get(topic)?.get(binding.id) === binding
  }

  clear(): void {
    this.#silenced = undefined
    this.#topics.clear()
    this.#topicOf.clear()
  }
}
