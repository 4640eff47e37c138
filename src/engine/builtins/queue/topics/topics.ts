/**
 * Topics: each published event is delivered to every subscribed function, through a queue per function. A topic exists
 * while it has subscribers or undelivered jobs. An event without subscribers is dropped.
 */
import type { Binding, EngineHost } from '../../builtin.js'
import type { Trace } from '../../../triggers/fire.js'
import type { Attempts } from '../attempts.js'
import { dataOf, queueKey, type Job } from '../job.js'
import type { Ledger } from '../journal/ledger.js'
import { policyOf, type SubscriberConfig } from './subscriber-config.js'
import { TopicSubscriber } from './topic-subscriber.js'

/** Maximum triggers of type `durable:subscriber` in one engine. Further ones are refused. */
const MAX_SUBSCRIBERS = 100_000

/** Figures of one topic. */
export interface TopicFigures {
  readonly depth: number
  readonly consumers: number
}

export interface TopicsParts {
  readonly host: EngineHost
  readonly ledger: Ledger
  readonly attempts: Attempts
}

type Target = Pick<Job, 'kind' | 'name' | 'functionId' | 'namespace'>

export class Topics {
  readonly #parts: TopicsParts
  readonly #subscribers = new Map<string, TopicSubscriber>()
  /** Keys of subscribers by topic, with the subscriber of each. */
  readonly #byTopic = new Map<string, Map<string, Target>>()
  readonly #bound = new Map<string, TopicSubscriber>()

  constructor(parts: TopicsParts) {
    this.#parts = parts
  }

  /** Adds a trigger; it replaces one with the same id. */
  bind(binding: Binding, config: SubscriberConfig): void {
    const { topic } = config
    const policy = policyOf(config)
    if (this.#bound.size >= MAX_SUBSCRIBERS) throw new Error(`The limit of ${MAX_SUBSCRIBERS} subscribers is reached`)
    this.unbind(binding.id)
    const { functionId, namespace } = binding
    const subscriber = this.#subscriberFor({ kind: 'topic', name: topic, functionId, namespace })
    this.#bound.set(binding.id, subscriber)
    subscriber.bind(binding, policy)
  }

  unbind(bindingId: string): void {
    const subscriber = this.#bound.get(bindingId)
    this.#bound.delete(bindingId)
    subscriber?.unbind(bindingId)
  }

  /**
   * Stores one copy per subscribed function. Resolves once all are stored, or at once without subscribers.
   * @throws {InvocationError} queue_full.
   */
  async publish(topic: string, data: unknown, trace: Trace): Promise<void> {
    const { host, ledger } = this.#parts
    const payload = dataOf(data)
    const copies = this.#targetsOf(topic).map((target): Job => {
      const { functionId, namespace } = target
      const id = host.random.uuid()
      const sequence = ledger.nextSequence()
      return {
        id,
        kind: 'topic',
        name: topic,
        functionId,
        namespace,
        ...payload,
        ...trace,
        group: '',
        attempts: 0,
        sequence,
      }
    })
    if (copies.length === 0) return
    await ledger.admit(copies)
    for (const job of copies) this.resume(job)
  }

  /** Schedules a stored job as soon as its function is subscribed. */
  resume(job: Job): void {
    this.#subscriberFor(job).jobs.add(job)
  }

  figures(topic: string): TopicFigures {
    let depth = 0
    let consumers = 0
    for (const key of this.#byTopic.get(topic)?.keys() ?? []) {
      const subscriber = this.#subscribers.get(key)
      depth += subscriber?.jobs.depth ?? 0
      consumers += subscriber?.consumers ?? 0
    }
    return { depth, consumers }
  }

  names(): string[] {
    return [...this.#byTopic.keys()].sort()
  }

  stop(): void {
    for (const { jobs } of this.#subscribers.values()) jobs.stop()
  }

  /** Functions with at least one trigger at the moment. */
  #targetsOf(topic: string): Target[] {
    const targets = [...(this.#byTopic.get(topic) ?? [])]
    return targets.filter(([key]) => (this.#subscribers.get(key)?.consumers ?? 0) > 0).map(([, target]) => target)
  }

  #subscriberFor(target: Target): TopicSubscriber {
    const key = queueKey(target)
    const known = this.#subscribers.get(key)
    if (known !== undefined) return known
    const { host, attempts } = this.#parts
    const subscriber = new TopicSubscriber({ host, attempts, onIdle: () => this.#forget(target) })
    this.#subscribers.set(key, subscriber)
    const { kind, name, functionId, namespace } = target
    const targets = this.#byTopic.get(name) ?? new Map<string, Target>()
    this.#byTopic.set(name, targets.set(key, { kind, name, functionId, namespace }))
    return subscriber
  }

  #forget(target: Target): void {
    const key = queueKey(target)
    this.#subscribers.delete(key)
    const targets = this.#byTopic.get(target.name)
    targets?.delete(key)
    if (targets?.size === 0) this.#byTopic.delete(target.name)
  }
}
