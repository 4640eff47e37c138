/**
 * Queues the telemetry frames of one signal and sends them to a collector: bounded by frames and bytes, one request at a
 * time, repeated with growing delays while the collector is unavailable. Losses are counted. Never throws, and never keeps the
 * process alive.
 */
import { BoundedQueue } from '../../std/async/bounded-queue.js'
import { backoffDelayMs, type BackoffPolicy } from '../../std/time/backoff.js'
import type { Clock, Timer } from '../../std/time/clock.js'
import type { Random } from '../../std/random.js'
import type { OtlpBatch, OtlpClient, OtlpOutcome } from './otlp-client.js'
import type { OtlpSignal, OtlpTarget } from './otlp-settings.js'

/** Maximum delay before a frame is sent, so that few requests carry many frames. */
const BATCH_DELAY_MS = 1_000
/** Bytes of frames in one request; a larger frame is sent alone. Encoding more at once would delay calls. */
const MAX_REQUEST_BYTES = 256 * 1024
/** Bytes of waiting frames of one signal. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024
/** Attempts to send one request; its content is then dropped. */
const MAX_ATTEMPTS = 10
/** Limit for the delay that a collector asks for. */
const MAX_RETRY_AFTER_MS = 5 * 60_000
const BACKOFF: BackoffPolicy = { initialDelayMs: 1_000, maxDelayMs: 30_000, backoffMultiplier: 2, jitterFactor: 0.3 }

/** The state of a collector, reported when it changes. */
export interface OtlpReport {
  readonly signal: OtlpSignal
  /** The address of the collector, without credentials. */
  readonly url: string
  /** What went wrong; `undefined` if the collector accepts telemetry again. */
  readonly reason: string | undefined
}

/** Spans, log records and data points. */
export interface OtlpCounts {
  /** Accepted by the collector. */
  readonly sent: number
  /** Not sent, because too much waited or the sender was closed. */
  readonly dropped: number
  /** Rejected by the collector, or not accepted in any attempt. */
  readonly failed: number
  /** Bytes of frames that wait or are being sent. */
  readonly waitingBytes: number
}

export interface OtlpPorts {
  readonly clock: Clock
  readonly random: Random
  readonly report: (report: OtlpReport) => void
  readonly client: (signal: OtlpSignal, target: OtlpTarget) => OtlpClient
}

interface SignalOptions {
  readonly signal: OtlpSignal
  readonly url: string
  readonly target: OtlpTarget
  readonly maxFrames: number
}

interface Waiting {
  readonly frame: Uint8Array
  readonly records: number
}

/** `ending`: each request has one attempt; `ended`: nothing is sent. */
type State = 'open' | 'ending' | 'ended'

export class SignalSender implements OtlpCounts {
  sent = 0
  dropped = 0
  failed = 0
  readonly #ports: OtlpPorts
  readonly #options: SignalOptions
  readonly #client: OtlpClient
  readonly #queue: BoundedQueue<Waiting>
  /** Bytes of the frames in the running request. */
  #bytesInRequest = 0
  #recordsInRequest = 0
  #timer: Timer | undefined
  /** The delay of the timer that runs. */
  #startsAfterMs = Infinity
  #running: Promise<void> | undefined
  /** Whether all that waits is sent, not only full requests. */
  #isDraining = false
  /** Ends the pause before the next attempt. */
  #wake: (() => void) | undefined
  #abort = new AbortController()
  #state: State = 'open'
  /** Attempts that failed since the last that succeeded. */
  #failures = 0
  #isReported = false

  constructor(ports: OtlpPorts, options: SignalOptions) {
    this.#ports = ports
    this.#options = options
    this.#client = ports.client(options.signal, options.target)
    this.#queue = new BoundedQueue({ maxItems: options.maxFrames, maxBytes: MAX_WAITING_BYTES, maxAgeMs: Infinity })
  }

  get waitingBytes(): number {
    return this.#queue.bytes + this.#bytesInRequest
  }

  get hasRoom(): boolean {
    return this.#state === 'open' && this.#queue.size < this.#options.maxFrames && this.waitingBytes < MAX_WAITING_BYTES
  }

  add(frame: Uint8Array, records: number): boolean {
    if (!this.hasRoom || this.#queue.push({ frame, records }, frame.byteLength, 0) !== undefined) {
      this.dropped += records
      return false
    }
    // Encoding takes time: not within the work that filled the queue.
    this.#startAfter(this.#queue.bytes >= MAX_REQUEST_BYTES ? 0 : BATCH_DELAY_MS)
    return true
  }

  flush(): Promise<void> {
    this.#isDraining = this.#queue.size > 0
    this.#start()
    return this.#running ?? Promise.resolve()
  }

  /** Sends what waits without further attempts. */
  async end(): Promise<void> {
    this.#state = 'ending'
    this.#wake?.()
    await this.flush()
  }

  /** Drops what waits. */
  stop(): void {
    if (this.#isEnded()) return
    this.#state = 'ended'
    // Counted at once, as nothing waits for the request to end.
    this.dropped += this.#recordsInRequest
    this.#timer?.cancel()
    this.#dropWaiting()
    this.#abort.abort(new Error('Telemetry was shut down'))
    this.#wake?.()
    this.#client.close()
  }

  /** An earlier start stays as it is: frames that keep coming must not postpone it. */
  #startAfter(delayMs: number): void {
    // The requests that run take what is added, or start again when they have ended.
    if (this.#running !== undefined || delayMs >= this.#startsAfterMs) return
    this.#timer?.cancel()
    this.#startsAfterMs = delayMs
    this.#timer = this.#ports.clock.after(delayMs, () => this.#start(), 'background')
  }

  #start(): void {
    this.#timer?.cancel()
    this.#startsAfterMs = Infinity
    if (this.#running === undefined && this.#queue.size > 0) this.#running = this.#run()
  }

  /** Sends requests until too little waits for a full one, or all that waits. */
  async #run(): Promise<void> {
    await Promise.resolve()
    do {
      const batch = this.#client.encode(this.#take())
      // What a collector would refuse, such as an item without ids, was left out.
      this.#recordsInRequest = batch.records
      if (batch.records > 0) await this.#deliver(batch)
      this.#recordsInRequest = 0
      this.#bytesInRequest = 0
    } while (this.#queue.size > 0 && (this.#isDraining || this.#queue.bytes >= MAX_REQUEST_BYTES))
    this.#running = undefined
    this.#isDraining = false
    if (this.#queue.size > 0) this.#startAfter(BATCH_DELAY_MS)
  }

  /** Frames for one request. */
  #take(): Uint8Array[] {
    const frames: Uint8Array[] = []
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      const bytes = this.#bytesInRequest + next.frame.byteLength
      if (frames.length > 0 && bytes > MAX_REQUEST_BYTES) break
      frames.push(next.frame)
      this.#bytesInRequest = bytes
      this.#queue.shift()
    }
    return frames
  }

  async #deliver(batch: OtlpBatch): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(batch)
      // Its content has been counted as dropped.
      if (this.#isEnded()) return
      if (outcome.kind === 'accepted') {
        this.#accepted(batch, outcome)
        return
      }
      this.#note(outcome.reason)
      if (outcome.kind === 'refused' || attempt >= MAX_ATTEMPTS) return void (this.failed += batch.records)
      if (this.#state === 'ending') {
        // The collector does not answer: what waits behind would fail as well.
        this.dropped += batch.records
        this.#dropWaiting()
        return
      }
      this.#failures += 1
      await this.#pause(this.#delayMs(outcome.retryAfter))
    }
  }

  async #attempt(batch: OtlpBatch): Promise<OtlpOutcome> {
    const { timeoutMs } = this.#options.target
    const abort = new AbortController()
    const stop = (): void => {
      abort.abort(this.#abort.signal.reason)
    }
    const timer = this.#ports.clock.after(
      timeoutMs,
      () => abort.abort(new Error(`no answer within ${String(timeoutMs)} ms`)),
      'background',
    )
    if (this.#isEnded()) stop()
    this.#abort.signal.addEventListener('abort', stop)
    const outcome = await this.#client.post(batch, abort.signal)
    this.#abort.signal.removeEventListener('abort', stop)
    timer.cancel()
    return outcome
  }

  #accepted({ records }: OtlpBatch, { partial }: OtlpOutcome & { readonly kind: 'accepted' }): void {
    const rejected = Math.min(records, Math.max(0, partial.rejected))
    this.sent += records - rejected
    this.failed += rejected
    this.#failures = 0
    if (rejected > 0) this.#note(`${String(rejected)} of ${String(records)} were rejected: ${partial.message}`)
    else if (this.#isReported) this.#note(undefined)
  }

  /** Reports the first failure, and the first success after it. */
  #note(reason: string | undefined): void {
    const isFailing = reason !== undefined
    if (isFailing === this.#isReported) return
    this.#isReported = isFailing
    const { signal, url } = this.#options
    this.#ports.report({ signal, url, reason })
  }

  #delayMs(retryAfter: string | undefined): number {
    const { clock, random } = this.#ports
    const asked = retryAfterMs(retryAfter, clock.epochMs())
    return Math.max(backoffDelayMs(BACKOFF, this.#failures, random), Math.min(asked, MAX_RETRY_AFTER_MS))
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#ports.clock.after(delayMs, resolve, 'background')
      this.#wake = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  /** A method, as the state changes while requests run. */
  #isEnded(): boolean {
    return this.#state === 'ended'
  }

  #dropWaiting(): void {
    for (const { records } of this.#queue.drain()) this.dropped += records
  }
}

/** Seconds, or a date; 0 for anything else. */
function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs
  return waitMs > 0 ? waitMs : 0
}
