/**
 * Sends the telemetry of workers and of the engine to a collector. Frames of workers are passed on as they arrived, so
 * that resources, kinds and types stay what the worker made them. The requests themselves make no spans.
 */
import { packageVersion } from '../../../../version.js'
import type { Timer } from '../../../../std/time/clock.js'
import type { OtlpReport, OtlpSender } from '../../../../wire/otlp/otlp-sender.js'
import type { EngineHost } from '../../builtin.js'
import type { EngineStats } from '../../../engine-stats.js'
import type { LogRecord } from '../logs/log-record.js'
import type { InvocationMeter } from '../metrics/invocation-meter.js'
import type { CurrentSettings } from '../observability-config.js'
import { epochNanos } from '../otlp-value.js'
import type { SpanRow } from '../traces/span-row.js'
import type { ExportConfig } from './export-config.js'
import { logFrame, metricsFrame, spanFrame } from './otlp-rows.js'

/** Interval between exports of the metrics of the engine. */
const METRICS_INTERVAL_MS = 60_000
/** How long the engine waits for the collector when it stops. */
const CLOSE_LIMIT_MS = 2_000

const SIGNALS = { OTLP: 'spans', MTRC: 'metrics', LOGS: 'logs' } as const
type Signal = keyof typeof SIGNALS

/** Metrics of the engine, and whether each only grows. */
const ENGINE_METRICS: readonly (readonly [string, boolean])[] = [
  ['iii.invocations.total', true],
  ['iii.invocation.errors.total', true],
  ['iii.workers.active', false],
  ['iii.workers.spawns.total', true],
  ['iii.workers.deaths.total', true],
]

export class TelemetryExport {
  readonly #host: EngineHost
  readonly #config: ExportConfig
  readonly #current: Readonly<CurrentSettings>
  readonly #meter: InvocationMeter
  readonly #startNanos: number
  #sender: OtlpSender | undefined
  #timer: Timer | undefined

  constructor(
    host: EngineHost,
    config: ExportConfig,
    parts: { current: Readonly<CurrentSettings>; meter: InvocationMeter },
  ) {
    this.#host = host
    this.#config = config
    this.#current = parts.current
    this.#meter = parts.meter
    this.#startNanos = epochNanos(host.clock)
  }

  /** Loads the sender. Until then nothing is sent, and no worker is connected. */
  async start(): Promise<void> {
    const { startOtlp } = await import('../../../../wire/otlp/start-otlp.js')
    const { clock, random } = this.#host
    this.#sender = startOtlp({ clock, random, report: (report) => this.#report(report) }, this.#config.targets)
    this.#metricsLater()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#sendMetrics()
    const before = this.counts().dropped
    await this.#sender?.close(CLOSE_LIMIT_MS)
    const lost = this.counts().dropped - before
    if (lost > 0) this.#host.log.warn({ lost }, 'Telemetry was lost at the end, since no collector accepted it in time')
  }

  /** Sends a frame of a worker. */
  frame(signal: Signal, frame: Uint8Array, records: number): void {
    // A copy: the bytes may belong to a larger buffer, which would then stay in memory.
    if (this.#sends(signal)) this.#sender?.send(Uint8Array.prototype.slice.call(frame), records)
  }

  span(span: SpanRow): void {
    if (this.#sends('OTLP')) this.#sender?.send(spanFrame(span, this.#resource()), 1)
  }

  log(record: LogRecord): void {
    if (this.#sends('LOGS'))
      this.#sender?.send(logFrame({ ...record, resource: { ...this.#resource(), ...record.resource } }), 1)
  }

  counts(): EngineStats['exported'] & { readonly waitingBytes: number } {
    return this.#sender?.counts() ?? { sent: 0, dropped: 0, failed: 0, waitingBytes: 0 }
  }

  #sends(signal: Signal): boolean {
    const { enabled, metrics, logs } = this.#current.settings
    if (!enabled || this.#config[SIGNALS[signal]] === 'memory') return false
    return signal === 'OTLP' || (signal === 'LOGS' ? logs : metrics).enabled
  }

  #resource(): Readonly<Record<string, string>> {
    const { name, version = packageVersion, namespace } = this.#current.settings.service
    return {
      'service.name': name,
      'service.version': version,
      ...(namespace === undefined ? {} : { 'service.namespace': namespace }),
    }
  }

  #metricsLater(): void {
    const send = (): void => {
      this.#sendMetrics()
      this.#metricsLater()
    }
    this.#timer = this.#host.clock.after(METRICS_INTERVAL_MS, send, 'background')
  }

  #sendMetrics(): void {
    if (!this.#sends('MTRC')) return
    const metrics = ENGINE_METRICS.map(([name, isCounter]) => ({
      name,
      isCounter,
      value: this.#meter.valueOf(name) ?? 0,
    }))
    const times = { startNanos: this.#startNanos, nowNanos: epochNanos(this.#host.clock) }
    this.#sender?.send(metricsFrame(metrics, { resource: this.#resource(), ...times }), metrics.length)
  }

  /** One line for each change: a line is a log record that is sent as well. */
  #report({ signal, url, reason }: OtlpReport): void {
    const fields = { signal: SIGNALS[signal], url }
    if (reason === undefined) this.#host.log.info(fields, 'The collector accepts telemetry again')
    else this.#host.log.warn({ ...fields, reason }, 'The collector does not accept telemetry')
  }
}
