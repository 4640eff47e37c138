/**
 * Sends telemetry to a collector instead of the engine. The sender is loaded with the first frame; until then frames
 * wait here. Its requests are not traced, whatever instrumentations the program has.
 */
import process from 'node:process'
import type { Clock } from '../../../std/time/clock.js'
import { TimeLimit } from '../../../std/time/time-limit.js'
import type { Random } from '../../../std/random.js'
import type { OtlpReport, OtlpSender } from '../../../wire/otlp/otlp-sender.js'
import type { OtlpTargets } from '../../../wire/otlp/otlp-settings.js'
import { otelApi, otelCore } from '../otel-modules.js'
import type { FrameSink } from './telemetry-outbox.js'

export interface OtlpSinkOptions {
  readonly clock: Clock
  readonly random: Random
  readonly targets: OtlpTargets
  readonly maxFrames: number
}

const SIGNALS = { OTLP: 'spans', MTRC: 'metrics', LOGS: 'log records' } as const

export class OtlpSink implements FrameSink {
  readonly #options: OtlpSinkOptions
  readonly #warned = new Set<string>()
  #early: { readonly frame: Uint8Array; readonly records: number }[] = []
  #sender: OtlpSender | undefined
  #loading: Promise<void> | undefined
  #dropped = 0
  #isClosed = false

  constructor(options: OtlpSinkOptions) {
    this.#options = options
  }

  /** Spans, log records and metric points that no collector accepted. */
  get dropped(): number {
    return this.#unsent + (this.#sender?.counts().failed ?? 0)
  }

  /** Those of them that no collector refused. */
  get #unsent(): number {
    return this.#dropped + (this.#sender?.counts().dropped ?? 0)
  }

  get hasRoom(): boolean {
    return !this.#isClosed && (this.#sender?.hasRoom ?? this.#early.length < this.#options.maxFrames)
  }

  send(frame: Uint8Array, records: number): boolean {
    if (this.#sender !== undefined) return this.#sender.send(frame, records)
    if (!this.hasRoom) {
      this.#dropped += records
      return false
    }
    this.#early.push({ frame, records })
    this.#loading ??= this.#load()
    return true
  }

  drop(records: number): void {
    this.#dropped += records
  }

  /** Resolves once what waits has been sent or dropped, which may take long. Never rejects. */
  async settled(): Promise<void> {
    await this.#loading
    await this.#sender?.flush()
  }

  /** Sends what waits within a time limit, and drops the rest, which it reports. Never rejects. */
  async close(limitMs: number): Promise<void> {
    const isFirst = !this.#isClosed
    this.#isClosed = true
    const before = this.#unsent
    const limit = new TimeLimit(this.#options.clock, limitMs)
    if (this.#loading !== undefined) await limit.wait(this.#loading)
    for (const { records } of this.#early) this.#dropped += records
    this.#early = []
    await this.#sender?.close(limit.remainingMs)
    const lost = this.#unsent - before
    if (!isFirst || lost === 0) return
    process.emitWarning(
      `${String(lost)} spans, log records and metric points were lost at the end: no collector accepted them within ` +
        `${limitMs.toFixed(0)} ms (\`otel.shutdownTimeoutMs\`).`,
    )
  }

  async #load(): Promise<void> {
    const { startOtlp } = await import('../../../wire/otlp/start-otlp.js')
    const { targets, maxFrames, ...ports } = this.#options
    const { context, ROOT_CONTEXT } = otelApi()
    const untraced = otelCore().suppressTracing(ROOT_CONTEXT)
    this.#sender = startOtlp({ ...ports, report: (report) => this.#report(report) }, targets, {
      maxFrames,
      within: (send) => context.with(untraced, send),
    })
    for (const { frame, records } of this.#early) this.#sender.send(frame, records)
    this.#early = []
  }

  /** Warns once for each signal; losses are counted. */
  #report({ signal, url, reason }: OtlpReport): void {
    if (reason === undefined || this.#warned.has(signal)) return
    this.#warned.add(signal)
    process.emitWarning(
      `The OTLP collector ${url} does not accept ${SIGNALS[signal]} (${reason}). Check \`otel.otlp\` and the variables ` +
        `OTEL_EXPORTER_OTLP_*. The number of lost items is \`droppedTelemetry\` of worker.stats(). This is reported once.`,
    )
  }
}
