/**
 * Counts and times calls. Each of the first thousand is timed, then one in 17, since reading the clock is most of the
 * cost. Payloads are not read. Function names are kept up to a limit. A call whose caller stopped waiting counts in the
 * total only.
 */
import type { FieldType } from '../../../../wire/protocol/validate.js'
import type { Clock } from '../../../../std/time/clock.js'
import type { CallOutcome, CallIdentity, Caller } from '../../../links/peer.js'
import type { RoutedCall } from '../../../calls/routed-call.js'
import type { WorkerEvent } from '../../../registry/sessions.js'
import { DurationHistogram } from './duration-histogram.js'
import { integer, map, named, number, object } from '../../../declare/schema.js'

/** Maximum functions counted by name; calls of further ones count in the totals only. */
const MAX_FUNCTIONS = 1_000
/** Number of first calls that are all timed, so that figures of few calls are exact. */
const ALL_TIMED = 1_000
/** After them, one in this many calls is timed. A prime, so that calls in a repeating pattern are all sampled. */
const TIMED_EVERY = 17

const total = integer('uint64')
/** The counters of the engine, as lists show them. */
export const engineMetrics = named(
  'EngineMetricsView',
  object({
    invocations: named(
      'InvocationsView',
      object({ total, success: total, error: total, deferred: total, by_function: map(total) }),
    ),
    workers: named('WorkersView', object({ spawns: total, deaths: total, active: total })),
    performance: named(
      'PerformanceView',
      object({
        avg_duration_ms: number(),
        min_duration_ms: number(),
        max_duration_ms: number(),
        p50_duration_ms: number(),
        p95_duration_ms: number(),
        p99_duration_ms: number(),
      }),
    ),
  }),
)

type EngineMetrics = FieldType<typeof engineMetrics>

export class InvocationMeter {
  readonly #clock: Clock
  readonly #byFunction = new Map<string, { count: number }>()
  readonly #durations = new DurationHistogram()
  #total = 0
  #success = 0
  #error = 0
  #deferred = 0
  #spawns = 0
  #deaths = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a call that begins. The returned call counts its end. */
  watch(call: RoutedCall): RoutedCall {
    this.#total += 1
    this.#countFunction(call.functionId)
    if (call.caller === undefined) {
      // A void call has no caller that waits for it, so its end is not observed.
      this.#deferred += 1
      return call
    }
    const isTimed = this.#total <= ALL_TIMED || this.#total % TIMED_EVERY === 0
    const { invocationId, functionId, traceparent, baggage, data, text, metadata, from, access } = call
    const caller = new MeteredCaller(call.caller, isTimed ? this.#clock.now() : undefined, this)
    // Copied member by member: spreading costs several times as much, and this runs for every call.
    return { invocationId, functionId, traceparent, baggage, caller, data, text, metadata, from, access }
  }

  /** Records the end of a call; `startedAt` is absent for one that is not timed. */
  ended(startedAt: number | undefined, isError: boolean): void {
    if (isError) this.#error += 1
    else this.#success += 1
    if (startedAt !== undefined) this.#durations.add(this.#clock.now() - startedAt)
  }

  workerChanged({ event }: WorkerEvent): void {
    if (event === 'worker_connected') this.#spawns += 1
    else if (event === 'worker_disconnected') this.#deaths += 1
  }

  /** The counter behind a metric of the engine; `undefined` for any other name. */
  valueOf(metric: string): number | undefined {
    switch (metric) {
      case 'iii.invocations.total':
        return this.#total
      case 'iii.invocation.errors.total':
        return this.#error
      case 'iii.workers.active':
        return this.#spawns - this.#deaths
      case 'iii.workers.spawns.total':
        return this.#spawns
      case 'iii.workers.deaths.total':
        return this.#deaths
      default:
        return undefined
    }
  }

  /** All counters, by the names in the output. */
  report(): EngineMetrics {
    const durations = this.#durations
    return {
      invocations: {
        total: this.#total,
        success: this.#success,
        error: this.#error,
        deferred: this.#deferred,
        by_function: Object.fromEntries(Array.from(this.#byFunction, ([id, { count }]) => [id, count])),
      },
      workers: { spawns: this.#spawns, deaths: this.#deaths, active: this.#spawns - this.#deaths },
      performance: {
        avg_duration_ms: durations.meanMs,
        p50_duration_ms: durations.percentileMs(0.5),
        p95_duration_ms: durations.percentileMs(0.95),
        p99_duration_ms: durations.percentileMs(0.99),
        min_duration_ms: durations.minMs,
        max_duration_ms: durations.maxMs,
      },
    }
  }

  #countFunction(functionId: string): void {
    const counter = this.#byFunction.get(functionId)
    if (counter !== undefined) counter.count += 1
    else if (this.#byFunction.size < MAX_FUNCTIONS) this.#byFunction.set(functionId, { count: 1 })
  }
}

class MeteredCaller implements Caller {
  readonly #caller: Caller
  readonly #startedAt: number | undefined
  readonly #meter: InvocationMeter

  constructor(caller: Caller, startedAt: number | undefined, meter: InvocationMeter) {
    this.#caller = caller
    this.#startedAt = startedAt
    this.#meter = meter
  }

  answer(call: CallIdentity, answer: CallOutcome): void {
    this.#meter.ended(this.#startedAt, answer.error !== undefined)
    this.#caller.answer(call, answer)
  }
}
