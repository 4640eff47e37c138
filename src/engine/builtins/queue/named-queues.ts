/** Queues that calls are sent to by name. They exist by configuration; `default` always exists. */
import { JsonText } from '../../../wire/protocol/json-text.js'
import { ErrorCode, InvocationError } from '../../../errors.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { describe } from '../../../std/text/describe.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import type { Access } from '../../access/access.js'
import type { EngineHost } from '../builtin.js'
import { deliverySpan, invokeInSpan } from '../../triggers/fire.js'
import type { Attempts, Deliver } from './attempts.js'
import { dataOf, deliveryTrace, type Job } from './job.js'
import { JobQueue, type JobQueueParts } from './job-queue.js'
import type { Ledger } from './journal/ledger.js'
import type { NamedQueueSettings } from './queue-config.js'
import { queueError } from './queue-errors.js'
import { invalidConfig } from '../../declare/settings.js'

/** A call as it is passed to the queue. */
export interface EnqueueRequest {
  readonly queue: string
  readonly functionId: string
  readonly namespace: string | undefined
  readonly data: unknown
  readonly receiptId: string
  readonly traceparent: string | undefined
  readonly baggage: string | undefined
  /** Rights of the guarded session that enqueues. */
  readonly access: Access | undefined
}

/** A queue and the number of its jobs. `depth` includes those that run. */
export interface NamedQueueFigures {
  readonly settings: NamedQueueSettings
  readonly concurrency: number
  readonly depth: number
  readonly running: number
}

interface NamedQueue {
  settings: NamedQueueSettings
  readonly jobs: JobQueue
  /** Jobs that are being stored. */
  storing: number
}

export interface NamedQueuesParts {
  readonly host: EngineHost
  readonly ledger: Ledger
  readonly attempts: Attempts
}

const DECLARE_IT = 'declare it in `queue_configs` of `iii-queue`'

export class NamedQueues {
  readonly #host: EngineHost
  readonly #ledger: Ledger
  readonly #attempt: JobQueueParts['attempt']
  readonly #queues = new Map<string, NamedQueue>()

  constructor({ host, ledger, attempts }: NamedQueuesParts, configured: ReadonlyMap<string, NamedQueueSettings>) {
    this.#host = host
    this.#ledger = ledger
    const deliver: Deliver = (job, signal) => {
      const { functionId, namespace, data, access } = job
      const call = { functionId, namespace, data, ...deliveryTrace(job), access, signal }
      return invokeInSpan(host, call, deliverySpan(job, call))
    }
    this.#attempt = (job, policy) => attempts.make(job, policy, deliver)
    this.configure(configured)
  }

  /**
   * Replaces the settings of all queues. A policy applies to the next attempt of each job, the mode and the group to
   * calls that are accepted afterwards.
   * @throws {RuntimeError} INVALID_CONFIG when a queue that has jobs is left out; nothing has changed then.
   */
  configure(configured: ReadonlyMap<string, NamedQueueSettings>): void {
    for (const [name, { jobs, storing }] of this.#queues) {
      const count = jobs.depth + storing
      if (count > 0 && !configured.has(name))
        throw invalidConfig(`iii-queue.queue_configs must keep ${describe(name)}, which has ${count} unfinished jobs`)
    }
    for (const name of this.#queues.keys()) if (!configured.has(name)) this.#queues.delete(name)
    for (const [name, settings] of configured) {
      const queue = this.#queues.get(name)
      if (queue === undefined) {
        const jobs = new JobQueue(settings.policy, { clock: this.#host.clock, attempt: this.#attempt })
        this.#queues.set(name, { settings, jobs, storing: 0 })
        continue
      }
      queue.settings = settings
      queue.jobs.policy = settings.policy
      // More jobs may run at the same time.
      queue.jobs.resume()
    }
  }

  find(name: string): NamedQueueFigures | undefined {
    const queue = this.#queues.get(name)
    if (queue === undefined) return undefined
    const { settings, jobs } = queue
    return { settings, concurrency: settings.policy.concurrency, depth: jobs.depth, running: jobs.running }
  }

  names(): Iterable<string> {
    return this.#queues.keys()
  }

  /**
   * Accepts a call. Resolves once it is stored.
   * @throws {InvocationError} FORBIDDEN, queue_not_found, message_group_missing, queue_full or duplicate_message.
   */
  async enqueue(request: EnqueueRequest): Promise<void> {
    const {
      queue: name,
      functionId,
      namespace = DEFAULT_NAMESPACE,
      data,
      receiptId,
      traceparent,
      baggage,
      access,
    } = request
    const queue = this.#queues.get(name)
    if (queue === undefined) throw queueError(ErrorCode.queue_not_found, `Queue '${name}' not found; ${DECLARE_IT}`)
    const refusal = access?.refuseCall(namespace, functionId, this.#host.metadataOf(functionId, namespace))
    if (refusal !== undefined) throw new InvocationError(refusal)
    const job: Job = {
      id: receiptId,
      kind: 'queue',
      name,
      functionId,
      namespace,
      ...dataOf(data),
      traceparent,
      baggage,
      group: groupOf(name, queue.settings.groupField, data),
      attempts: 0,
      sequence: this.#ledger.nextSequence(),
      access,
    }
    queue.storing += 1
    try {
      await this.#ledger.admit([job])
    } finally {
      queue.storing -= 1
    }
    queue.jobs.add(job)
  }

  /** Schedules a stored job; its queue must be configured. */
  resume(job: Job): void {
    this.#queues.get(job.name)?.jobs.add(job)
  }

  stop(): void {
    for (const { jobs } of this.#queues.values()) jobs.stop()
  }
}

function groupOf(queue: string, groupField: string | undefined, payload: unknown): string {
  if (groupField === undefined) return ''
  const data = payload instanceof JsonText ? payload.open() : payload
  const group = isRecord(data) && Object.hasOwn(data, groupField) ? data[groupField] : undefined
  if (group === undefined || group === null) {
    const seen = isRecord(data) ? `it is ${describe(group)}` : `the payload is ${describe(data)}`
    const message = `Queue '${queue}' is fifo: the payload member '${groupField}' must be present and not null; ${seen}`
    throw queueError(ErrorCode.message_group_missing, message)
  }
  return typeof group === 'string' ? group : JSON.stringify(group)
}
