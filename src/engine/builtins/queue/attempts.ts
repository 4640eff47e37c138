/**
 * Runs one attempt at a job and records its outcome: done, retry or dead letter. Every failure counts, whatever its
 * cause.
 */
import { InvocationError } from '../../../errors.js'
import { toErrorBody } from '../../../wire/protocol/error-body.js'
import type { Clock } from '../../../std/time/clock.js'
import { Pace } from '../../../std/time/pace.js'
import type { EngineHost } from '../builtin.js'
import type { Job } from './job.js'
import type { Outcome } from './job-queue.js'
import type { Ledger } from './journal/ledger.js'
import { retryDelayMs, type QueuePolicy } from './queue-policy.js'

/** Calls the function of a job; rejects when the attempt failed. */
export type Deliver = (job: Job, signal: AbortSignal) => Promise<unknown>

/** How long jobs of an earlier run wait for their function to be registered again before the attempt fails. */
const RETURN_GRACE_MS = 30_000

/** Interval at which such a job checks again. */
const RETURN_CHECK_MS = 250

export class Attempts {
  readonly #host: EngineHost
  readonly #pace: Pace
  readonly #ledger: Ledger
  /** One controller per delivery: Node warns of a leak when one signal has many listeners. */
  readonly #underWay = new Set<AbortController>()
  #stopped = false
  /** Jobs of an earlier run whose function has not been registered yet. */
  readonly #returning = new Set<string>()
  #returnUntil = -Infinity

  constructor(host: EngineHost, ledger: Ledger) {
    this.#host = host
    this.#pace = new Pace(host.lane)
    this.#ledger = ledger
  }

  /** Marks jobs of an earlier run: the workers that serve them may still be reconnecting. */
  expectReturn(jobs: readonly Job[]): void {
    for (const job of jobs) this.#returning.add(job.id)
    this.#returnUntil = this.#host.clock.now() + RETURN_GRACE_MS
  }

  /** Makes one attempt. Never rejects; after `stop` nothing is recorded. */
  async make(job: Job, policy: QueuePolicy, deliver: Deliver): Promise<Outcome> {
    if (this.#waitsForReturn(job, this.#host.clock)) return { kind: 'retry', job, delayMs: RETURN_CHECK_MS }
    const turn = this.#pace.next()
    if (turn !== undefined) {
      await turn
      if (this.#stopped) return { kind: 'done' }
    }
    const startedAt = this.#host.clock.now()
    const controller = new AbortController()
    this.#underWay.add(controller)
    try {
      await deliver(job, controller.signal)
    } catch (error) {
      return this.#stopped ? { kind: 'done' } : await this.#failed(job, policy, error)
    } finally {
      this.#underWay.delete(controller)
    }
    if (this.#stopped) return { kind: 'done' }
    await this.#ledger.finish(job)
    const { name, kind: source, functionId, id: jobId, traceparent } = job
    const durationMs = this.#host.clock.now() - startedAt
    const done = { name, source, functionId, jobId, attempt: job.attempts + 1, durationMs, traceparent }
    this.#host.emit({ kind: 'job_done', ...done })
    return { kind: 'done' }
  }

  /** Aborts all attempts. Their jobs stay pending in the journal. */
  stop(): void {
    this.#stopped = true
    for (const controller of [...this.#underWay]) controller.abort()
  }

  async #failed(job: Job, policy: QueuePolicy, error: unknown): Promise<Outcome> {
    const failed = { ...job, attempts: job.attempts + 1 }
    const { clock, emit, random } = this.#host
    const { name, kind: source, functionId, id: jobId, traceparent } = job
    const { maxAttempts } = policy
    const failure = { functionId, error: toErrorBody(error), traceparent }
    const report = { name, source, jobId, attempt: failed.attempts, maxAttempts, ...failure }
    if (failed.attempts < policy.maxAttempts) {
      await this.#ledger.retry(failed)
      const delayMs = retryDelayMs(policy, failed.attempts, random)
      emit({ kind: 'attempt_failed', ...report, retryInMs: delayMs })
      return { kind: 'retry', job: failed, delayMs }
    }
    const death = { error: textOf(error), failedAtSeconds: Math.floor(clock.epochMs() / 1000) }
    emit({ kind: 'job_dead', ...report })
    await this.#ledger.bury({ job: failed, death })
    return { kind: 'done' }
  }

  #waitsForReturn({ id, functionId, namespace }: Job, clock: Clock): boolean {
    if (!this.#returning.has(id)) return false
    if (!this.#host.hasFunction(functionId, namespace) && clock.now() < this.#returnUntil) return true
    this.#returning.delete(id)
    return false
  }
}

function textOf(error: unknown): string {
  if (error instanceof InvocationError) return `${error.code}: ${error.detail}`
  return error instanceof Error ? error.message : String(error)
}
