/**
 * Decides which spans of the engine are kept: first the decision of the caller, then the first rule that matches the
 * span, then the default ratio. It depends on the trace id, so a trace is kept whole or not at all.
 */
import { compileGlob } from '../../../access/glob.js'
import { describe } from '../../../../std/text/describe.js'
import type { FieldType } from '../../../../wire/protocol/validate.js'
import { boolean, list, optional, string, withDefault } from '../../../declare/schema.js'
import { invalidConfig, section, setting } from '../../../declare/settings.js'

export interface SamplingConfig {
  readonly defaultRatio: number
  /** Whether the decision of the caller counts first. */
  readonly parentBased: boolean
  readonly rules: readonly SamplingRule[]
}

/** Spans that match name and service, where set, are kept at this rate. Both may contain `*`. */
interface SamplingRule {
  readonly operation?: string | undefined
  readonly service?: string | undefined
  readonly rate: number
}

export const ratio = setting<number>(
  'a number from 0 to 1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
  { maximum: 1, minimum: 0, type: 'number' },
)

/** The setting `sampling`. */
export const sampling = section({
  default: optional(ratio),
  parent_based: withDefault(boolean('Whether the decision of the caller counts first'), true),
  rules: optional(
    list(
      section({ operation: optional(string()), service: optional(string()), rate: ratio }),
      'The first that fits counts',
    ),
  ),
})

/** Maximum rules: each new trace is compared with all of them. */
const MAX_RULES = 1_000

/**
 * Reads the setting `sampling`; `plainRatio` is the value of `sampling_ratio`, the default.
 * @throws {RuntimeError} INVALID_CONFIG when there are too many rules.
 */
export function readSampling(
  path: string,
  settings: FieldType<typeof sampling> | undefined,
  plainRatio: number | undefined,
): SamplingConfig {
  const rules = settings?.rules ?? []
  if (rules.length > MAX_RULES)
    throw invalidConfig(`${path}.rules must be a list of at most ${MAX_RULES}, got ${describe(rules)}`)
  return {
    defaultRatio: settings?.default ?? plainRatio ?? 1,
    parentBased: settings?.parent_based ?? true,
    rules: rules.map(({ operation, service, rate }) => ({
      operation: operation ?? undefined,
      service: service ?? undefined,
      rate,
    })),
  }
}

/** Whether the spans of a trace without a decision of the caller are kept. */
export function isSampled(
  { defaultRatio, rules }: SamplingConfig,
  { traceId, name, service }: { readonly traceId: string; readonly name: string; readonly service: string },
): boolean {
  const rule = rules.find((each) => fits(each.operation, name) && fits(each.service, service))
  // The last 13 digits are 52 bits, as many as a number represents exactly.
  return Number.parseInt(traceId.slice(-13), 16) < (rule?.rate ?? defaultRatio) * 2 ** 52
}

function fits(pattern: string | undefined, text: string): boolean {
  return pattern === undefined || compileGlob(pattern)(text)
}
