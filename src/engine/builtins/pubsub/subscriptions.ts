/**
 * Stores the subscriptions of each topic. Bindings are kept one by one, so removing one does not affect another on its
 * topic. Knows nothing of deliveries.
 */
import type { Binding } from '../builtin.js'

export class Subscriptions {
  readonly #topics = new Map<string, Map<string, Binding>>()
  readonly #topicOf = new Map<string, string>()
  readonly #isSilencing: boolean
  /**
   * Topics that lost all delivery with the latest removal. A trigger that is registered again replaces itself and is
   * not counted.
   */
  #silenced: { readonly id: string; readonly topic: string; readonly bindings: Map<string, Binding> } | undefined

  /** @param isSilencing whether removing a binding ends delivery to its whole topic (`silentTopics`). */
  constructor(isSilencing = false) {
    this.#isSilencing = isSilencing
  }

  get size(): number {
    return this.#topicOf.size
  }

  /** Adds a binding. It replaces one with the same id, on any topic. */
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

  /** The current bindings of a topic, in order of registration. */
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
