/**
 * Schedules one cron trigger: waits for the next due time, runs, and only then computes the next one. Runs of one
 * trigger never overlap, and ticks missed meanwhile are skipped. If the wall clock is set forward, one missed tick
 * runs. If it is set back, no tick is repeated, unless waiting would skip more than one regular interval.
 *
 *   waiting ──due──▶ running ──settled──▶ waiting        any state ──stop──▶ stopped
 */
import type { Timer } from '../../../std/time/clock.js'
import type { Binding, EngineHost } from '../builtin.js'
import { callBound, conditionHolds, triggerFailed } from '../../triggers/fire.js'
import type { CronSchedule } from './cron-expression.js'

/** Longest single timer, as timers drift against the wall clock. */
const MAX_WAIT_MS = 60_000

export class CronJob {
  readonly #host: EngineHost
  readonly #binding: Binding
  readonly #schedule: CronSchedule
  readonly #stopping = new AbortController()
  #lastDueMs = -Infinity
  #dueMs: number | undefined
  /** Set while waiting. */
  #timer: Timer | undefined

  constructor(host: EngineHost, binding: Binding, schedule: CronSchedule) {
    this.#host = host
    this.#binding = binding
    this.#schedule = schedule
  }

  /** The next due times in milliseconds since 1970, at most `count` of them. */
  upcoming(count: number): number[] {
    const times: number[] = []
    for (let dueMs = this.#dueMs; dueMs !== undefined && times.length < count; dueMs = this.#schedule.next(dueMs))
      times.push(dueMs)
    return times
  }

  start(): void {
    this.#dueMs = this.#nextDueMs()
    if (this.#dueMs !== undefined) this.#wait(this.#dueMs)
    else this.#host.log.warn({ trigger_id: this.#binding.id }, 'A cron trigger has no further due time')
  }

  /** The wall clock was set: a tick that it skipped runs now, otherwise the wait starts again. */
  onClockJump(): void {
    if (this.#dueMs === undefined || this.#timer === undefined) return
    this.#timer.cancel()
    if (this.#dueMs <= this.#host.clock.epochMs()) this.#wait(this.#dueMs)
    else this.start()
  }

  #nextDueMs(): number | undefined {
    const nowMs = this.#host.clock.epochMs()
    if (nowMs >= this.#lastDueMs) return this.#schedule.next(nowMs)
    const freshMs = this.#schedule.next(this.#lastDueMs)
    const isLongWait = freshMs !== undefined && this.#lastDueMs - nowMs > freshMs - this.#lastDueMs
    return isLongWait ? this.#schedule.next(nowMs) : freshMs
  }

  /** Ends the trigger. A running handler continues, and its result is ignored. */
  stop(): void {
    this.#stopping.abort()
    this.#timer?.cancel()
  }

  #wait(dueMs: number): void {
    const { clock } = this.#host
    const remainingMs = dueMs - clock.epochMs()
    if (remainingMs <= 0) void this.#run(dueMs)
    else this.#timer = clock.after(Math.min(remainingMs, MAX_WAIT_MS), () => this.#wait(dueMs), 'background')
  }

  async #run(dueMs: number): Promise<void> {
    this.#timer = undefined
    this.#lastDueMs = dueMs
    const { signal } = this.#stopping
    try {
      await this.#fire(dueMs, signal)
    } catch (error) {
      if (!signal.aborted) this.#host.emit(triggerFailed(this.#binding, error, {}))
    }
    if (!signal.aborted) this.start()
  }

  async #fire(dueMs: number, signal: AbortSignal): Promise<void> {
    const data = {
      trigger: 'cron',
      job_id: this.#binding.id,
      scheduled_time: timestamp(dueMs),
      actual_time: timestamp(this.#host.clock.epochMs()),
    }
    if (!(await conditionHolds(this.#host, this.#binding, { data })) || signal.aborted) return
    await callBound(this.#host, this.#binding, { data, metadata: this.#binding.metadata, signal })
  }
}

/** UTC with a numeric offset; milliseconds only if they are not zero. */
function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/(\.000)?Z$/, '+00:00')
}
