/** Everything that is needed to send telemetry to a collector. A file of its own, so that it is loaded when first used. */
import { otlpClient, type OtlpClient } from './otlp-client.js'
import { OtlpSender } from './otlp-sender.js'
import type { OtlpTargets } from './otlp-settings.js'
import type { OtlpPorts } from './signal-sender.js'

export interface OtlpStart {
  /** Maximum waiting frames of each signal. */
  readonly maxFrames?: number
  /** Calls the function that sends a request, such as outside all traces. */
  readonly within?: <T>(send: () => T) => T
}

export function startOtlp(
  ports: Omit<OtlpPorts, 'client'>,
  targets: OtlpTargets,
  { maxFrames, within = (send) => send() }: OtlpStart = {},
): OtlpSender {
  const client: OtlpPorts['client'] = (signal, target): OtlpClient => {
    const own = otlpClient(signal, target)
    return { ...own, post: (batch, abort) => within(() => own.post(batch, abort)) }
  }
  return new OtlpSender({ ...ports, client }, targets, maxFrames)
}
