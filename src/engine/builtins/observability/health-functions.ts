/**
 * The functions `engine::health::check` and `engine::sampling::rules`: the configuration and the fill level of
 * telemetry.
 */
import { packageVersion } from '../../../version.js'
import type { BuiltinFunction, EngineHost } from '../builtin.js'
import type { CurrentSettings } from './observability-config.js'
import { builtinFunction } from '../../declare/function.js'
import { any, boolean, integer, list, named, number, object, optional, string } from '../../declare/schema.js'

/** One kind of telemetry: whether it is kept, and how much of it is stored. */
export interface HealthPart {
  readonly enabled: boolean
  readonly stored: number
  readonly limit: number
}

export interface HealthParts {
  readonly spans: () => HealthPart
  readonly logs: () => HealthPart
  readonly metrics: () => HealthPart
  /** Frames that could not be parsed. */
  readonly malformedFrames: () => number
}

const timestamp = integer('int64', 'Milliseconds since 1970')
const components = object({ otel: any('Frames of telemetry'), metrics: any(), logs: any(), spans: any() })
const health = object({
  status: string(),
  components: named('HealthComponentsView', components),
  timestamp,
  version: string('The version of the engine'),
})

const samplingRule = named(
  'SamplingRuleView',
  object({ operation: optional(string()), service: optional(string()), rate: number() }),
)
const samplingRules = object({
  traces: named(
    'SamplingTracesView',
    object({ default_ratio: number(), parent_based: boolean(), rules: list(samplingRule) }),
  ),
  logs: named('SamplingLogsView', object({ sampling_ratio: number() })),
  timestamp,
})

export function healthFunctions(
  host: EngineHost,
  current: Readonly<CurrentSettings>,
  parts: HealthParts,
): readonly BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'engine::health::check',
      description: 'Reports whether telemetry is kept, and how much',
      input: object({}),
      output: health,
      call: () => ({
        status: 'healthy',
        components: {
          otel: { status: statusOf(current.settings.enabled), details: { malformed_frames: parts.malformedFrames() } },
          metrics: componentOf(parts.metrics()),
          logs: componentOf(parts.logs()),
          spans: componentOf(parts.spans()),
        },
        timestamp: host.clock.epochMs(),
        version: packageVersion,
      }),
    }),
    builtinFunction({
      id: 'engine::sampling::rules',
      description: 'Reports which spans and log records are kept',
      input: object({}),
      output: samplingRules,
      call: () => {
        const { logs, sampling } = current.settings
        const { defaultRatio: default_ratio, parentBased: parent_based, rules } = sampling
        return {
          logs: { sampling_ratio: logs.samplingRatio },
          traces: { default_ratio, parent_based, rules },
          timestamp: host.clock.epochMs(),
        }
      },
    }),
  ]
}

function componentOf({ enabled, stored, limit }: HealthPart): object {
  return { status: statusOf(enabled), details: { stored, limit } }
}

function statusOf(enabled: boolean): string {
  return enabled ? 'healthy' : 'disabled'
}
