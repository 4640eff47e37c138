/**
 * Telemetry for programs without a worker, or beside one: started by the program, over a separate socket. There is one
 * per process; starting it again replaces it. Ending it ends all telemetry of the process.
 */
import { systemClock } from '../../std/time/clock.js'
import { systemRandom } from '../../std/random.js'
import { currentTelemetry, endAllTelemetry, setStandAlone, standAloneTelemetry } from './active-telemetry.js'
import { checkOptions } from './setting.js'
import { holdFetchPatch, unpatchGlobalFetch } from './trace/fetch.js'
import { isOtelEnabled, OTEL_KEYS, resolveOtelConfig, type OtelConfig, type ResolvedOtelConfig } from './otel-config.js'
import { otelUrl, SharedEngineConnection } from './export/shared-engine-connection.js'
import { OtlpSink } from './export/otlp-sink.js'
import type { FrameSink } from './export/telemetry-outbox.js'
import { Telemetry } from './telemetry.js'

/**
 * Starts telemetry. The tracer, meter and logger exist when this returns; frames are sent once the engine is connected.
 * If `enabled` or `OTEL_ENABLED` disables telemetry, the three are `null` outside handlers, even beside workers with
 * telemetry.
 *
 * A second call starts again with its own `config`: the earlier telemetry sends what has ended and closes its socket,
 * and its running spans are not sent. A second call with telemetry disabled changes nothing.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the invalid option; the earlier telemetry then continues.
 */
export function initOtel(config: OtelConfig = {}): void {
  checkOptions('initOtel config', config, OTEL_KEYS)
  const earlier = standAloneTelemetry()
  if (!isOtelEnabled(config)) {
    if (!earlier) setStandAlone(null)
    return
  }
  const resolved = resolveOtelConfig(config, { newId: () => systemRandom.uuid() })
  const outlet = outletOf(resolved)
  const telemetry = startedOver(outlet, resolved)
  const releaseFetch = resolved.fetchInstrumentationEnabled ? holdFetchPatch() : undefined
  // After the new telemetry has acquired the parts that both share.
  const earlierEnded = earlier?.end()
  const end = async (): Promise<void> => {
    releaseFetch?.()
    outlet.beginClose()
    await telemetry.shutdown(outlet.close)
    await earlierEnded
  }
  setStandAlone({ telemetry, end })
}

/** A way to send frames. */
interface Outlet {
  readonly sink: FrameSink
  readonly beginClose: () => void
  readonly close: (limitMs: number) => Promise<void>
}

function outletOf({ channelCapacity, engineWsUrl, reconnection, collector }: ResolvedOtelConfig): Outlet {
  if (collector !== undefined) {
    const ports = { clock: systemClock, random: systemRandom }
    const sink = new OtlpSink({ ...ports, targets: collector, maxFrames: channelCapacity })
    return { sink, beginClose: () => undefined, close: (limitMs) => sink.close(limitMs) }
  }
  const connection = new SharedEngineConnection(otelUrl(engineWsUrl), reconnection, { channelCapacity })
  return {
    sink: connection.sink,
    beginClose: () => {
      connection.beginShutdown()
    },
    close: () => connection.shutdown(),
  }
}

function startedOver(outlet: Outlet, config: ResolvedOtelConfig): Telemetry {
  try {
    return new Telemetry(config, { clock: systemClock, sink: outlet.sink })
  } catch (error) {
    void outlet.close(0)
    throw error
  }
}

/**
 * Ends all telemetry of the process: that of `initOtel` and that of every live worker, whose handlers continue without
 * it. Sends pending data, within `shutdownTimeoutMs`, and restores the original `fetch`. `initOtel` then starts again.
 * Never rejects. `worker.telemetry.shutdown()` ends the telemetry of one worker alone.
 */
export async function shutdownOtel(): Promise<void> {
  const ended = endAllTelemetry()
  unpatchGlobalFetch()
  await ended
}

/** Sends what has ended so far; telemetry continues. Never rejects. */
export async function flushOtel(): Promise<void> {
  await currentTelemetry()?.flush()
}
