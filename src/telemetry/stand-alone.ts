/**
 * Telemetry for programs without a worker, or beside one: started and stopped by hand, over a socket of its own. There
 * is one per process; starting it twice changes nothing.
 */
import type { Meter, Tracer } from '@opentelemetry/api'
import type { Logger as OtelLogger } from '@opentelemetry/api-logs'
import { systemClock } from '../std/clock.js'
import { systemRandom } from '../std/random.js'
import { checkOptions } from './argument.js'
import { currentTelemetry, setStandAlone, standAloneTelemetry } from './active-telemetry.js'
import { patchGlobalFetch, unpatchGlobalFetch } from './fetch.js'
import { isOtelEnabled, resolveOtelConfig, type OtelConfig, type ResolvedOtelConfig } from './otel-config.js'
import { otelUrl, SharedEngineConnection } from './shared-engine-connection.js'
import { Telemetry } from './telemetry.js'

let connection: SharedEngineConnection | undefined

/**
 * Starts telemetry. The tracer, meter and logger exist when this returns; frames leave once the engine is reached.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the option that is off.
 */
export function initOtel(config: OtelConfig = {}): void {
  checkOptions('config', config)
  if (standAloneTelemetry() !== undefined || !isOtelEnabled(config)) return
  const resolved = resolveOtelConfig(config, () => systemRandom.uuid())
  const { channelCapacity, engineWsUrl, reconnection } = resolved
  const opened = new SharedEngineConnection(otelUrl(engineWsUrl), reconnection, { channelCapacity })
  const telemetry = startedOver(opened, resolved)
  connection = opened
  setStandAlone(telemetry)
  if (resolved.fetchInstrumentationEnabled) patchGlobalFetch(telemetry.tracer)
}

function startedOver(opened: SharedEngineConnection, config: ResolvedOtelConfig): Telemetry {
  try {
    return new Telemetry(config, { clock: systemClock, sink: opened.sink })
  } catch (error) {
    void opened.shutdown()
    throw error
  }
}

/** Sends what is left and stops, within `shutdownTimeoutMs`. Never rejects; does nothing when nothing was started. */
export async function shutdownOtel(): Promise<void> {
  const telemetry = standAloneTelemetry()
  const ending = connection
  if (telemetry === undefined || ending === undefined) return
  setStandAlone(undefined)
  connection = undefined
  if (telemetry.config.fetchInstrumentationEnabled) unpatchGlobalFetch(telemetry.tracer)
  ending.beginShutdown()
  await telemetry.shutdown(() => ending.shutdown())
}

/** Sends what has ended so far and keeps going. Never rejects. */
export async function flushOtel(): Promise<void> {
  await currentTelemetry()?.flush()
}

/** The tracer of the running worker or of `initOtel`; `null` without telemetry. */
export function getTracer(): Tracer | null {
  return currentTelemetry()?.tracer ?? null
}

/** The meter of the running worker or of `initOtel`; `null` without metrics. */
export function getMeter(): Meter | null {
  return currentTelemetry()?.meter ?? null
}

/** OpenTelemetry's logger of the running worker or of `initOtel`; `null` without logs. */
export function getLogger(): OtelLogger | null {
  return currentTelemetry()?.logger ?? null
}
