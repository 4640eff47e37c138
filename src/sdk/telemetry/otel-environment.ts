/**
 * Reads variables of OpenTelemetry that its libraries leave to applications: `OTEL_SDK_DISABLED`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` with its argument. Their meaning is that of OpenTelemetry; invalid
 * text counts as unset.
 */
import type { Sampler } from '@opentelemetry/sdk-trace'
import { otelSdkTrace } from './otel-modules.js'
import { readVariable } from './setting.js'

/** Only `true` disables, as OpenTelemetry specifies. */
export function isSdkDisabled(): boolean {
  return readVariable('OTEL_SDK_DISABLED')?.trim().toLowerCase() === 'true'
}

/**
 * `key=value` pairs, separated by commas, percent-encoded. One invalid pair discards them all, as OpenTelemetry
 * specifies.
 */
export function resourceAttributes(): Readonly<Record<string, string>> {
  const pairs = (readVariable('OTEL_RESOURCE_ATTRIBUTES') ?? '').split(',').filter((pair) => pair.trim() !== '')
  try {
    return Object.fromEntries(pairs.map(attributeOf))
  } catch {
    // A misspelt variable must not end the program.
    return {}
  }
}

function attributeOf(pair: string): readonly [key: string, value: string] {
  const [key = '', value, ...rest] = pair.split('=').map((part) => decodeURIComponent(part.trim()))
  if (key === '' || value === undefined || rest.length > 0) throw new Error('not key=value')
  return [key, value]
}

/** The sampler that `OTEL_TRACES_SAMPLER` names; without one OpenTelemetry uses `parentbased_always_on`. */
export function samplerFromEnvironment(): Sampler | undefined {
  const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } = otelSdkTrace()
  switch (readVariable('OTEL_TRACES_SAMPLER')?.trim().toLowerCase()) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio())
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() })
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio()) })
    case undefined:
    default:
      return undefined
  }
}

/** Share of traces that are recorded, 0…1. Default 1. */
function ratio(): number {
  const share = Number(readVariable('OTEL_TRACES_SAMPLER_ARG') ?? 1)
  return share >= 0 && share <= 1 ? share : 1
}
