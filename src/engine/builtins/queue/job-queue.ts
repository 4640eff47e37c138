/**
 * Schedules the jobs of one queue: which may start, when, and how many at once. A standard queue has one lane per job,
 * a fifo queue one lane per group. A lane runs at most one job at a time, and a retry stays at its head, which keeps
 * the order within a group. Knows nothing of functions or storage.
 *
 *   ready ──slot free──▶ running ──done──▶ ready (next job of the lane) or gone
 *     ▲                     └────retry───▶ delayed ──due──▶ ready
 */
import { BoundedQueue } from '../../../std/async/bounded-queue.js'
import type { Clock, Timer } from '../../../std/time/clock.js'
import type { Job } from './job.js'
import type { QueuePolicy } from './queue-policy.js'

/** The outcome of an attempt. */
export type Outcome =
  | { readonly kind: 'done' }
  /** To be attempted again, as this job, after a delay. */
  | { readonly kind: 'retry'; readonly job: Job; readonly delayMs: number }

interface Lane {
  readonly group: string
  current: Job
  /** Jobs behind the current one; created with the first. */
  behind: BoundedQueue<Job> | undefined
}

interface Delayed {
  readonly timer: Timer
  readonly lanes: Lane[]
}

/** Limits are checked before a job is added, so these queues are unbounded. */
const UNCAPPED = { maxItems: Infinity, maxBytes: Infinity, maxAgeMs: Infinity }

export interface JobQueueParts {
  readonly clock: Clock
  /** Makes one attempt. Never rejects. */
  readonly attempt: (job: Job, policy: QueuePolicy) => Promise<Outcome>
  /** Called when the last job is gone. */
  readonly onEmpty?: () => void
}

export class JobQueue {
  /** May change while jobs wait; applies to jobs that start afterwards. */
  policy: QueuePolicy
  readonly #parts: JobQueueParts
  readonly #lanes = new Map<string, Lane>()
  readonly #ready = new BoundedQueue<Lane>(UNCAPPED)
  readonly #delayed = new Map<number, Delayed>()
  #state: 'working' | 'paused' | 'stopped'
  #running = 0
  #depth = 0

  constructor(policy: QueuePolicy, parts: JobQueueParts, state: 'working' | 'paused' = 'working') {
    this.policy = policy
    this.#parts = parts
    this.#state = state
  }

  /** Jobs waiting, delayed and running. */
  get depth(): number {
    return this.#depth
  }

  /** Jobs whose attempt is being made. */
  get running(): number {
    return this.#running
  }

  add(job: Job): void {
    this.#depth += 1
    const lane = this.policy.mode === 'fifo' ? this.#lanes.get(job.group) : undefined
    if (lane !== undefined) {
      lane.behind ??= new BoundedQueue(UNCAPPED)
      lane.behind.push(job, 0, 0)
      return
    }
    const own: Lane = { group: job.group, current: job, behind: undefined }
    if (this.policy.mode === 'fifo') this.#lanes.set(job.group, own)
    this.#enter(own)
  }

  /** Starts no more jobs; running ones continue. */
  pause(): void {
    if (this.#state === 'working') this.#state = 'paused'
  }

  resume(): void {
    if (this.#state === 'paused') this.#state = 'working'
    this.#pump()
  }

  /** Stops permanently and cancels all timers. */
  stop(): void {
    this.#state = 'stopped'
    for (const { timer } of this.#delayed.values()) timer.cancel()
    this.#delayed.clear()
  }

  #enter(lane: Lane): void {
    this.#ready.push(lane, 0, 0)
    this.#pump()
  }

  #pump(): void {
    while (this.#state === 'working' && this.#running < this.policy.concurrency) {
      const lane = this.#ready.shift()
      if (lane === undefined) return
      this.#running += 1
      void this.#serve(lane)
    }
  }

  async #serve(lane: Lane): Promise<void> {
    const outcome = await this.#parts.attempt(lane.current, this.policy)
    this.#running -= 1
    if (this.#state === 'stopped') return
    if (outcome.kind === 'retry') {
      lane.current = outcome.job
      this.#delay(lane, outcome.delayMs)
    } else {
      this.#advance(lane)
    }
    this.#pump()
  }

  #advance(lane: Lane): void {
    this.#depth -= 1
    const next = lane.behind?.shift()
    if (next !== undefined) {
      lane.current = next
      this.#ready.push(lane, 0, 0)
      return
    }
    if (this.#lanes.get(lane.group) === lane) this.#lanes.delete(lane.group)
    if (this.#depth === 0) this.#parts.onEmpty?.()
  }

  #delay(lane: Lane, delayMs: number): void {
    const { clock } = this.#parts
    const now = clock.now()
    const { pollIntervalMs } = this.policy
    // Retries that are due in one interval share a timer.
    const dueAt = Math.ceil((now + delayMs) / pollIntervalMs) * pollIntervalMs
    const delayed = this.#delayed.get(dueAt)
    if (delayed !== undefined) {
      delayed.lanes.push(lane)
      return
    }
    const timer = clock.after(dueAt - now, () => this.#wake(dueAt), 'background')
    this.#delayed.set(dueAt, { timer, lanes: [lane] })
  }

  #wake(dueAt: number): void {
    const due = this.#delayed.get(dueAt)?.lanes ?? []
    this.#delayed.delete(dueAt)
    for (const lane of due) this.#enter(lane)
  }
}
