/**
 * Evaluates alert rules, at intervals and on request, and acts when a threshold is passed. A rule whose metric has no
 * recent value does not fire.
 */
import { assertNever } from '../../../../std/assert-never.js'
import type { Timer } from '../../../../std/time/clock.js'
import type { BuiltinFunction, EngineHost } from '../../builtin.js'
import type { FieldType } from '../../../../wire/protocol/validate.js'
import { ALERT_OPERATORS, DEFAULT_SECONDS, OPERATOR_NAMES, type AlertOperator, type AlertRule } from './alert-rule.js'
import type { InvocationMeter } from './invocation-meter.js'
import { isNumberPoint } from './metric-row.js'
import { selectMetrics } from './metric-rollups.js'
import type { Metrics } from './metrics.js'
import { builtinFunction } from '../../../declare/function.js'
import {
  closed,
  any,
  boolean,
  integer,
  list,
  named,
  number,
  object,
  oneOf,
  optional,
  string,
  union,
  withDefault,
} from '../../../declare/schema.js'

const EVALUATE_EVERY_MS = 10_000

/** Sources of metric values: metrics from workers, and counters of the engine. */
export interface AlertSources {
  readonly metrics: Metrics
  readonly meter: InvocationMeter
}

const actionRow = named(
  'AlertAction',
  union(
    [
      object({ type: oneOf(['log']) }, 'Writes a line to the log of the engine'),
      object({ type: oneOf(['webhook']), url: string() }, 'Not supported by this engine'),
      object({ type: oneOf(['function']), path: string('The function') }, 'Calls a function with the alert'),
    ],
    'oneOf',
  ),
)

const seconds = withDefault(integer('uint64', undefined, 1), DEFAULT_SECONDS)
const operator = named('AlertOperator', oneOf(OPERATOR_NAMES))

const alertRule = named(
  'AlertRule',
  closed(
    object({
      name: string(),
      metric: string(),
      operator: withDefault(operator, 'greaterthan'),
      threshold: number(),
      window_seconds: seconds,
      cooldown_seconds: seconds,
      enabled: withDefault(boolean(), true),
      action: withDefault(actionRow, { type: 'log' }),
    }),
  ),
)

const timestamp = integer('int64', 'Milliseconds since 1970')
const message = optional(string())

const alertReport = object({
  alerts: list(any('The state of one rule')),
  firing_count: integer('uint'),
  rules: optional(list(alertRule)),
  timestamp,
  message,
})

const evaluation = object({
  evaluated: boolean(),
  triggered_alerts: optional(list(any('An alert that fires'))),
  timestamp,
  message,
})

interface AlertState {
  readonly rule: AlertRule
  value: number | undefined
  isFiring: boolean
  lastEvaluatedMs: number | undefined
  lastActionMs: number | undefined
  /** On the monotonic clock. */
  quietUntilMs: number
}

export class Alerts {
  readonly #host: EngineHost
  readonly #sources: AlertSources
  readonly #states: readonly AlertState[]
  #timer: Timer | undefined

  constructor(host: EngineHost, rules: readonly AlertRule[], sources: AlertSources) {
    this.#host = host
    this.#sources = sources
    this.#states = rules.map((rule) => {
      const never = { lastEvaluatedMs: undefined, lastActionMs: undefined, quietUntilMs: -Infinity }
      return { rule, value: undefined, isFiring: false, ...never }
    })
  }

  functions(): BuiltinFunction[] {
    return [
      builtinFunction({
        id: 'engine::alerts::list',
        description: 'Returns the alerts of the last evaluation',
        input: object({}),
        output: alertReport,
        call: () => this.#report(),
      }),
      builtinFunction({
        id: 'engine::alerts::evaluate',
        description: 'Evaluates the alert rules now and returns the alerts that fire',
        input: object({}),
        output: evaluation,
        call: () => {
          this.#evaluate()
          const triggered_alerts = this.#firing().map(alertRow)
          return { evaluated: true, triggered_alerts, timestamp: this.#host.clock.epochMs() }
        },
      }),
    ]
  }

  start(): void {
    if (this.#states.length === 0) return
    this.#timer = this.#host.clock.after(
      EVALUATE_EVERY_MS,
      () => {
        this.#evaluate()
        this.start()
      },
      'background',
    )
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #evaluate(): void {
    const nowMs = this.#host.clock.epochMs()
    for (const state of this.#states) {
      const { rule } = state
      if (!rule.enabled) continue
      state.value = this.#valueOf(rule, nowMs)
      state.isFiring = state.value !== undefined && compare(state.value, rule.operator, rule.threshold)
      state.lastEvaluatedMs = nowMs
      // Monotonic, so that a wall clock set back does not suppress an alert.
      const monotonicMs = this.#host.clock.now()
      if (!state.isFiring || monotonicMs < state.quietUntilMs) continue
      state.quietUntilMs = monotonicMs + rule.cooldownSeconds * 1000
      state.lastActionMs = nowMs
      this.#act(state)
    }
  }

  #valueOf({ metric, windowSeconds }: AlertRule, nowMs: number): number | undefined {
    const { meter, metrics } = this.#sources
    const counted = meter.valueOf(metric)
    if (counted !== undefined) return counted
    const range = { startMs: nowMs - windowSeconds * 1000, metricName: metric }
    const points = selectMetrics(metrics.all(), range).flatMap(({ data_points }) => data_points)
    // Of points with the same time, the one that arrived last counts.
    const newest = points.sort((a, b) => a.timestamp_unix_nano - b.timestamp_unix_nano).at(-1)
    if (newest === undefined) return undefined
    return isNumberPoint(newest) ? newest.value : newest.sum / Math.max(1, newest.count)
  }

  #act(state: AlertState): void {
    const { rule } = state
    const alert = alertRow(state)
    if (rule.action.kind === 'log') {
      this.#host.log.warn(alert, 'An alert fires')
      return
    }
    const { functionId } = rule.action
    this.#host.invoke({ functionId, data: alert }).catch((error: unknown) => {
      this.#host.log.warn({ alert: rule.name, functionId, error }, 'The function of an alert failed')
    })
  }

  #firing(): AlertState[] {
    return this.#states.filter(({ isFiring }) => isFiring)
  }

  #report(): FieldType<typeof alertReport> {
    return {
      alerts: this.#states.map(alertRow),
      firing_count: this.#firing().length,
      rules: this.#states.map(({ rule }) => ruleRow(rule)),
      timestamp: this.#host.clock.epochMs(),
    }
  }
}

function compare(value: number, operator: AlertOperator, threshold: number): boolean {
  switch (operator) {
    case 'greaterthan':
      return value > threshold
    case 'greaterthanorequal':
      return value >= threshold
    case 'lessthan':
      return value < threshold
    case 'lessthanorequal':
      return value <= threshold
    case 'equal':
      return value === threshold
    case 'notequal':
      return value !== threshold
    default:
      return assertNever(operator)
  }
}

function alertRow({ rule, value, isFiring, lastEvaluatedMs, lastActionMs }: AlertState): object {
  const { name, operator, threshold } = rule
  return {
    name,
    operator: ALERT_OPERATORS[operator],
    threshold,
    current_value: value ?? null,
    firing: isFiring,
    last_triggered: lastActionMs ?? null,
    last_evaluated: lastEvaluatedMs ?? null,
  }
}

/** A rule in the terms of the configuration. */
function ruleRow({ action, windowSeconds, cooldownSeconds, ...rule }: AlertRule): FieldType<typeof alertRule> {
  return {
    ...rule,
    window_seconds: windowSeconds,
    cooldown_seconds: cooldownSeconds,
    action: action.kind === 'log' ? { type: 'log' } : { type: 'function', path: action.functionId },
  }
}
