/**
 * The functions `engine::health::check` and `engine::sampling::rules`: the configuration and the fill level of
 * telemetry.
 */
import { packageVersion } from '../../../version.js'
import type { BuiltinFunction, EngineHost } from '../builtin.js'
import { builtinFunction } from '../../config/builtin-input.js'
import type { ObservabilityConfig } from './observability-config.js'

/** One kind of telemetry: whether it is kept, and how much of it is stored. */
interface HealthPart {
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

export function healthFunctions(
  host: EngineHost,
  config: ObservabilityConfig,
  parts: HealthParts,
): readonly BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'engine::health::check',
      description: 'Reports whether telemetry is kept, and how much',
      input: {},
      call: () => ({
        status: 'healthy',
        components: {
          otel: { status: statusOf(config.enabled), details: { malformed_frames: parts.malformedFrames() } },
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
      input: {},
      call: () => ({
        logs: { sampling_ratio: config.logs.samplingRatio },
        traces: {
          default_ratio: config.sampling.defaultRatio,
          parent_based: config.sampling.parentBased,
          rules: config.sampling.rules,
        },
        timestamp: host.clock.epochMs(),
      }),
    }),
  ]
}

function componentOf({ enabled, stored, limit }: HealthPart): object {
  return { status: statusOf(enabled), details: { stored, limit } }
}

function statusOf(enabled: boolean): string {
  return enabled ? 'healthy' : 'disabled'
}
