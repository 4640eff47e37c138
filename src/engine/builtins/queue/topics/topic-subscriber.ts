/**
 * One function that is subscribed to a topic: its queue of copies, and its triggers. Several triggers of one function
 * share the queue; each message goes through one of them, in turn.
 */
import type { Binding, EngineHost } from '../../builtin.js'
import { conditionHolds, deliverySpan, invokeInSpan } from '../../../triggers/fire.js'
import type { Attempts } from '../attempts.js'
import { deliveryTrace, type Job } from '../job.js'
import { JobQueue } from '../job-queue.js'
import { defaultPolicy, type QueuePolicy } from '../queue-policy.js'

export interface TopicSubscriberParts {
  readonly host: EngineHost
  readonly attempts: Attempts
  /** Called when there is no trigger and no job left. */
  readonly onIdle: () => void
}

export class TopicSubscriber {
  readonly jobs: JobQueue
  readonly #host: EngineHost
  readonly #onIdle: () => void
  readonly #bindings = new Map<string, Binding>()

  constructor({ host, attempts, onIdle }: TopicSubscriberParts) {
    this.#host = host
    this.#onIdle = onIdle
    const jobQueueParts = {
      clock: host.clock,
      attempt: (job: Job, policy: QueuePolicy) =>
        attempts.make(job, policy, (current, signal) => this.#deliver(current, signal)),
      onEmpty: () => this.#checkIdle(),
    }
    this.jobs = new JobQueue(defaultPolicy, jobQueueParts, 'paused')
  }

  /** Number of triggers. */
  get consumers(): number {
    return this.#bindings.size
  }

  /** Adds a trigger; its queue settings apply to all triggers from now on. */
  bind(binding: Binding, policy: QueuePolicy): void {
    this.#bindings.set(binding.id, binding)
    this.jobs.policy = policy
    this.jobs.resume()
  }

  /** Removes a trigger. Without any, jobs wait for the next one. */
  unbind(bindingId: string): void {
    this.#bindings.delete(bindingId)
    if (this.#bindings.size === 0) this.jobs.pause()
    this.#checkIdle()
  }

  async #deliver(job: Job, signal: AbortSignal): Promise<void> {
    const binding = this.#nextBinding()
    const trace = deliveryTrace(job)
    // A message that its condition rejects is done.
    if (!(await conditionHolds(this.#host, binding, { data: job.data, ...trace }))) return
    signal.throwIfAborted()
    const { functionId, namespace, access } = binding
    const call = { functionId, namespace, access, data: job.data, ...trace, signal }
    await invokeInSpan(this.#host, call, deliverySpan(job, call))
  }

  #nextBinding(): Binding {
    const [binding] = this.#bindings.values()
    // The queue is paused while there is no trigger.
    if (binding === undefined) throw new Error('A topic ran without a trigger')
    // Moves it to the end of the rotation.
    this.#bindings.delete(binding.id)
    this.#bindings.set(binding.id, binding)
    return binding
  }

  #checkIdle(): void {
    if (this.#bindings.size === 0 && this.jobs.depth === 0) this.#onIdle()
  }
}
