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
import { JobQueue } from './job-queue.js'
import type { Ledger } from './journal/ledger.js'
import type { NamedQueueSettings } from './queue-config.js'
import { queueError } from './queue-errors.js'

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
  readonly settings: NamedQueueSettings
  readonly jobs: JobQueue
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
  readonly #queues = new Map<string, NamedQueue>()

  constructor({ host, ledger, attempts }: NamedQueuesParts, configured: ReadonlyMap<string, NamedQueueSettings>) {
    this.#host = host
    this.#ledger = ledger
    const deliver: Deliver = (job, signal) => {
      const { functionId, namespace, data, access } = job
      const call = { functionId, namespace, data, ...deliveryTrace(job), access, signal }
      return invokeInSpan(host, call, deliverySpan(job, call))
    }
    for (const [name, settings] of configured) {
      const jobs = new JobQueue(settings.policy, {
        clock: host.clock,
        attempt: (job, policy) => attempts.make(job, policy, deliver),
      })
      this.#queues.set(name, { settings, jobs })
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
    await this.#ledger.admit([job])
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
