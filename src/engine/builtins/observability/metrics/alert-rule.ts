/** Alert rules of the configuration: a metric, a threshold, and the action when the metric passes it. */
import { boolean, number, oneOf, optional, string, wholeNumber, type Declared } from '../../../declare/schema.js'
import { parseSettings, section, sections, setting } from '../../../declare/settings.js'

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

const actionShape = { type: oneOf(['log', 'function']), path: optional(string()) }

const FUNCTION_NEEDS_PATH = {
  if: { properties: { type: { const: 'function' } }, required: ['type'] },
  then: { properties: { path: { type: 'string' } }, required: ['path'] },
}

const ruleShape = {
  name: string(),
  metric: string(),
  operator: optional(oneOf([...OPERATOR_NAMES, ...Object.keys(SIGNS)])),
  threshold: number(),
  window_seconds: optional(wholeNumber(1)),
  cooldown_seconds: optional(wholeNumber(0)),
  enabled: optional(boolean()),
  action: optional(section(actionShape, FUNCTION_NEEDS_PATH)),
}

/** The setting `alerts`. */
export const alertRules: Declared<readonly unknown[]> = sections(ruleShape)

/**
 * Reads the setting `alerts`.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseAlertRules(path: string, rules: readonly unknown[]): AlertRule[] {
  const list = {
    rules: setting<readonly unknown[]>(`a list of at most ${String(MAX_RULES)}`, isShort, { type: 'array' }),
  }
  return parseSettings(path, list, { rules }).rules.map((rule, index) => parseRule(`${path}.${String(index)}`, rule))
}

function isShort(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_RULES
}

function parseRule(path: string, settings: unknown): AlertRule {
  const { name, metric, operator = 'greaterthan', threshold, ...rest } = parseSettings(path, ruleShape, settings)
  return {
    name,
    metric,
    operator: SIGNS[operator] ?? (operator as AlertOperator),
    threshold,
    windowSeconds: rest.window_seconds ?? DEFAULT_SECONDS,
    cooldownSeconds: rest.cooldown_seconds ?? DEFAULT_SECONDS,
    enabled: rest.enabled ?? true,
    action: parseAction(`${path}.action`, rest.action),
  }
}

function parseAction(path: string, settings: unknown): AlertAction {
  if (settings === undefined) return { kind: 'log' }
  const { type } = parseSettings(path, actionShape, settings)
  if (type === 'log') return { kind: 'log' }
  const { path: functionId } = parseSettings(path, { ...actionShape, path: string() }, settings)
  return { kind: 'function', functionId }
}
