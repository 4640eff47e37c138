/**
 * Sends telemetry frames of all signals to a collector. Each signal has its own queue and its own pace, so that a
 * collector which refuses one of them does not hold up the others.
 */
import type { Clock } from '../../std/time/clock.js'
import type { OtlpSignal, OtlpTargets } from './otlp-settings.js'
import { SignalSender, type OtlpCounts, type OtlpPorts } from './signal-sender.js'

export type { OtlpReport } from './signal-sender.js'

/** Frames of one signal that wait. */
const MAX_WAITING_FRAMES = 10_000

export class OtlpSender {
  readonly #clock: Clock
  readonly #senders: Readonly<Record<OtlpSignal, SignalSender>>
  #ending: Promise<void> | undefined

  constructor(ports: OtlpPorts, targets: OtlpTargets, maxFrames = MAX_WAITING_FRAMES) {
    this.#clock = ports.clock
    const sender = (signal: OtlpSignal): SignalSender =>
      new SignalSender(ports, { signal, url: targets[signal].shownUrl, target: targets[signal], maxFrames })
    this.#senders = { OTLP: sender('OTLP'), MTRC: sender('MTRC'), LOGS: sender('LOGS') }
  }

  get #all(): readonly SignalSender[] {
    return Object.values(this.#senders)
  }

  /** False if frames of all signals would be dropped. */
  get hasRoom(): boolean {
    return this.#all.some((sender) => sender.hasRoom)
  }

  /** Accepts a frame with the number of its spans, records or points; false if it was dropped. Keeps the bytes. */
  send(frame: Uint8Array, records: number): boolean {
    const signal = String.fromCharCode(...frame.subarray(0, 4)) as OtlpSignal
    return this.#senders[signal].add(frame, records)
  }

  counts(): OtlpCounts {
    const sum = (key: keyof OtlpCounts): number => this.#all.reduce((total, sender) => total + sender[key], 0)
    return { sent: sum('sent'), dropped: sum('dropped'), failed: sum('failed'), waitingBytes: sum('waitingBytes') }
  }

  /** Resolves once what waits has been sent or dropped, which may take long. Never rejects. */
  async flush(): Promise<void> {
    await Promise.all(this.#all.map((sender) => sender.flush()))
  }

  /** Sends what waits, with one attempt for each request and within a time limit, and drops the rest. Never rejects. */
  close(limitMs: number): Promise<void> {
    return (this.#ending ??= this.#close(limitMs))
  }

  async #close(limitMs: number): Promise<void> {
    const stop = (): void => {
      for (const sender of this.#all) sender.stop()
    }
    // Without time left, what is dropped is counted at once: the caller reads the counts before a timer could run.
    if (limitMs > 0) {
      const timer = this.#clock.after(limitMs, stop)
      await Promise.all(this.#all.map((sender) => sender.end()))
      timer.cancel()
    }
    stop()
  }
}
