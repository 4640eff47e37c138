/**
 * Decides which spans of the engine are kept: first the decision of the caller, then the first rule that matches the
 * span, then the default ratio. It depends on the trace id, so a trace is kept whole or not at all.
 */
import { compileGlob } from '../../../access/glob.js'
import { boolean, optional, string } from '../../../declare/schema.js'
import { parseSettings, section, sections, setting } from '../../../declare/settings.js'

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

const ruleShape = { operation: optional(string()), service: optional(string()), rate: ratio }

const shape = {
  default: optional(ratio),
  parent_based: optional(boolean()),
  rules: optional(sections(ruleShape)),
}

/** The setting `sampling`. */
export const samplingSection = section(shape)

/** Reads the setting `sampling`; `plainRatio` is the value of `sampling_ratio`, the default. */
export function parseSampling(path: string, settings: unknown, plainRatio: number | undefined): SamplingConfig {
  const { default: defaultRatio, parent_based: parentBased = true, rules = [] } = parseSettings(path, shape, settings)
  return {
    defaultRatio: defaultRatio ?? plainRatio ?? 1,
    parentBased,
    rules: rules.map((rule, index) => parseSettings(`${path}.rules.${String(index)}`, ruleShape, rule)),
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
