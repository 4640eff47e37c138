/** Alert rules of the configuration: a metric, a threshold, and the action when the metric passes it. */
import { describe } from '../../../../std/text/describe.js'
import type { FieldType } from '../../../../wire/protocol/validate.js'
import { boolean, list, number, oneOf, optional, string, wholeNumber, withDefault } from '../../../declare/schema.js'
import { invalidConfig, neededIf, ruled, section, setting } from '../../../declare/settings.js'

export interface AlertRule {
  readonly name: string
  readonly metric: string
  readonly operator: AlertOperator
  readonly threshold: number
  /** Time window of the values that count. Default 60 s. */
  readonly windowSeconds: number
  /** Time between two actions of a firing alert. Default 60 s. */
  readonly cooldownSeconds: number
  readonly enabled: boolean
  readonly action: AlertAction
}

/** The names of the operators in rules, with their names in alerts. */
export const ALERT_OPERATORS = {
  greaterthan: 'GreaterThan',
  greaterthanorequal: 'GreaterThanOrEqual',
  lessthan: 'LessThan',
  lessthanorequal: 'LessThanOrEqual',
  equal: 'Equal',
  notequal: 'NotEqual',
} as const

export type AlertOperator = keyof typeof ALERT_OPERATORS

// The names are exactly the keys.
export const OPERATOR_NAMES = Object.keys(ALERT_OPERATORS) as AlertOperator[]

/** Signs that a configuration of the local engine may use instead. */
const SIGNS: Readonly<Record<string, AlertOperator>> = {
  '>': 'greaterthan',
  '>=': 'greaterthanorequal',
  '<': 'lessthan',
  '<=': 'lessthanorequal',
  '==': 'equal',
  '!=': 'notequal',
}

/** A line in the log of the engine, or a call. */
type AlertAction = { readonly kind: 'log' } | { readonly kind: 'function'; readonly functionId: string }

export const DEFAULT_SECONDS = 60
const MAX_RULES = 1_000

const action = ruled(
  section({
    type: oneOf(['log', 'function']),
    path: optional(string('The function')),
    // Known, so that the error about an alert of the distributed engine names its type.
    url: optional(setting<never>('absent, as this engine calls no URL for an alert', () => false, { not: {} })),
  }),
  neededIf('type', 'function', 'path'),
)

const rule = section({
  name: string(),
  metric: string(),
  operator: withDefault(oneOf([...OPERATOR_NAMES, ...Object.keys(SIGNS)]), 'greaterthan'),
  threshold: number(),
  window_seconds: withDefault(wholeNumber(1), DEFAULT_SECONDS),
  cooldown_seconds: withDefault(wholeNumber(0), DEFAULT_SECONDS),
  enabled: withDefault(boolean(), true),
  action: optional(action),
})

/** The setting `alerts`. */
export const alertRules = optional(list(rule, 'Rules that log or call a function when a metric passes a threshold'))

/**
 * Reads the setting `alerts`.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function readAlertRules(path: string, rules: readonly GivenRule[]): AlertRule[] {
  if (rules.length > MAX_RULES)
    throw invalidConfig(`${path} must be a list of at most ${MAX_RULES}, got ${describe(rules)}`)
  return rules.map(({ operator, window_seconds, cooldown_seconds, action: given, ...rest }, index) => ({
    ...rest,
    // Each name is an operator or a sign.
    operator: SIGNS[operator] ?? (operator as AlertOperator),
    windowSeconds: window_seconds,
    cooldownSeconds: cooldown_seconds,
    action: actionOf(`${path}.${String(index)}.action.path`, given ?? { type: 'log' }),
  }))
}

type GivenRule = FieldType<typeof rule>

function actionOf(path: string, { type, path: functionId }: FieldType<typeof action>): AlertAction {
  if (type === 'log') return { kind: 'log' }
  if (typeof functionId === 'string') return { kind: 'function', functionId }
  throw invalidConfig(`${path} must be a string, got ${describe(functionId)}`)
}
