/**
 * Telemetry of one worker from start to shutdown: the sink of its frames, its gauges, its part in `fetch`, its final
 * flush. Knows no messages. The worker notifies it when the connection has capacity and which id the engine assigned.
 */
import type { Meter, Tracer } from '@opentelemetry/api'
import type { Logger as OtelLogger } from '@opentelemetry/api-logs'
import type { Connection, ConnectionPorts } from '../connection/connection.js'
import type { ReconnectionConfig } from '../connection/options.js'
import type { Tracing } from '../../wire/protocol/tracing.js'
import type { OtlpTargets } from '../../wire/otlp/otlp-settings.js'
import type { DialOptions } from '../../wire/transport/transport.js'
import type { Clock } from '../../std/time/clock.js'
import { enlist } from './active-telemetry.js'
import { holdFetchPatch } from './trace/fetch.js'
import { startGauges, type WorkerGaugesHandle } from './metrics/gauges.js'
import { createOwnedLogger, type Logger } from './logs/logger.js'
import { isOtelEnabled, resolveOtelConfig, type OtelConfig, type ResolvedOtelConfig } from './otel-config.js'
import { otelApi } from './otel-modules.js'
import { otelUrl, SharedEngineConnection } from './export/shared-engine-connection.js'
import { OtlpSink } from './export/otlp-sink.js'
import { createTracing, noTracing } from './trace/spans.js'
import { Telemetry } from './telemetry.js'
import { TelemetryOutbox, type FrameSink } from './export/telemetry-outbox.js'

/** The type of `worker.telemetry`. `tracer`, `meter` and `logger` are `null` if they are disabled. */
export interface TelemetryHandle {
  /** Makes spans. */
  readonly tracer: Tracer | null
  /** Makes counters, histograms and gauges. */
  readonly meter: Meter | null
  /** Emits log records in OpenTelemetry's form. */
  readonly logger: OtelLogger | null
  /** Sends what has ended so far. Never rejects. */
  flush(): Promise<void>
  /** Sends pending data and ends the telemetry of this worker alone; the worker continues without. Never rejects. */
  shutdown(): Promise<void>
}

/** The dependencies of the telemetry of a worker. */
export interface WorkerTelemetryOptions {
  readonly otel: Omit<OtelConfig, 'engineWsUrl'>
  readonly addresses: readonly string[]
  readonly reconnection: Required<ReconnectionConfig>
  readonly workerName: string
  /** The name of the worker; absent if it is the default. */
  readonly givenName: string | undefined
  readonly reportsMetrics: boolean
  readonly headers: DialOptions['headers']
}

/** A way to send frames. */
interface Outlet {
  readonly sink: FrameSink
  readonly dropped: () => number
  readonly flush: () => void
  /** The connection of the worker has failed permanently. */
  readonly linkFailed: () => void
  readonly close: (limitMs: number) => Promise<void>
}

export class WorkerTelemetry {
  readonly #tracing: Tracing
  readonly telemetry: Telemetry
  readonly #outlet: Outlet
  readonly #options: WorkerTelemetryOptions
  readonly #delist: () => void
  readonly #releaseFetch: (() => void) | undefined
  #gauges: { readonly workerId: string; readonly handle: WorkerGaugesHandle } | undefined
  #ending: Promise<void> | undefined

  constructor(
    config: ResolvedOtelConfig,
    options: WorkerTelemetryOptions,
    outlet: { ports: ConnectionPorts; connection: Connection },
  ) {
    this.#options = options
    this.#outlet = outletOf(config, options, outlet)
    this.telemetry = this.#started(config, outlet.ports.clock)
    this.#tracing = createTracing(this.telemetry, config.tracePayloadMaxBytes)
    this.#delist = enlist({ telemetry: this.telemetry, end: () => this.shutdown() })
    if (config.fetchInstrumentationEnabled) this.#releaseFetch = holdFetchPatch()
  }

  /** Spans, log records and metric points that were not sent. */
  get dropped(): number {
    return this.#outlet.dropped()
  }

  /** Whether its shutdown has not begun. */
  get isOn(): boolean {
    return this.#ending === undefined
  }

  get tracing(): Tracing {
    return this.isOn ? this.#tracing : noTracing
  }

  get handle(): TelemetryHandle {
    const { tracer, meter, logger } = this.telemetry
    return {
      tracer,
      meter: meter ?? null,
      logger: logger ?? null,
      flush: () => this.telemetry.flush(),
      shutdown: () => this.shutdown(),
    }
  }

  /** The logger of a handler, with the ids of its span. */
  handlerLogger(functionId: string): Logger {
    return createOwnedLogger({ telemetry: this.telemetry, context: otelApi().context.active() }, functionId)
  }

  /** The connection of the worker has capacity. */
  linkIdle(): void {
    this.#outlet.flush()
  }

  /** The connection of the worker has failed permanently: pending and later data is dropped and counted. */
  linkFailed(): void {
    this.telemetry.flushNow()
    this.#outlet.linkFailed()
  }

  /** The engine has assigned an id to the worker; the gauges use the latest id. */
  workerKnown(workerId: string): void {
    const { meter } = this.telemetry
    if (!this.isOn || !this.#options.reportsMetrics || meter === undefined) return
    if (this.#gauges?.workerId === workerId) return
    this.#gauges?.handle.stop()
    const { workerName } = this.#options
    this.#gauges = { workerId, handle: startGauges(meter, { workerId, workerName }) }
  }

  /** Sends pending data and stops, within `shutdownTimeoutMs`. Never rejects. */
  shutdown(): Promise<void> {
    return (this.#ending ??= this.#end())
  }

  async #end(): Promise<void> {
    this.#releaseFetch?.()
    await this.telemetry.shutdown((limitMs) => {
      this.#gauges?.handle.stop()
      this.#delist()
      return this.#outlet.close(limitMs)
    })
  }

  #started(config: ResolvedOtelConfig, clock: Clock): Telemetry {
    try {
      return new Telemetry(config, { clock, sink: this.#outlet.sink })
    } catch (error) {
      void this.#outlet.close(0)
      throw error
    }
  }
}

/**
 * Starts the telemetry of a worker; `undefined` if it is disabled. @throws {RuntimeError} `INVALID_ARGUMENT` for an
 * invalid option.
 */
export function startWorkerTelemetry(
  options: WorkerTelemetryOptions,
  outlet: { readonly ports: ConnectionPorts; readonly connection: Connection },
): WorkerTelemetry | undefined {
  if (!isOtelEnabled(options.otel)) return undefined
  const config = resolveOtelConfig(options.otel, {
    newId: () => outlet.ports.random.uuid(),
    workerName: options.givenName,
  })
  return new WorkerTelemetry(config, options, outlet)
}

function outletOf(
  config: ResolvedOtelConfig,
  options: WorkerTelemetryOptions,
  outlet: { readonly ports: ConnectionPorts; readonly connection: Connection },
): Outlet {
  if (config.collector !== undefined) return collectorOutlet(config, config.collector, outlet.ports)
  return config.transport === 'worker'
    ? sharedOutlet(config, options, outlet)
    : ownOutlet(config, options, outlet.ports)
}

function collectorOutlet(
  { channelCapacity: maxFrames }: ResolvedOtelConfig,
  targets: OtlpTargets,
  { clock, random }: ConnectionPorts,
): Outlet {
  const sink = new OtlpSink({ clock, random, targets, maxFrames })
  return {
    sink,
    dropped: () => sink.dropped,
    flush: () => undefined,
    linkFailed: () => undefined, // It does not use the connection.
    close: (limitMs) => sink.close(limitMs),
  }
}

function sharedOutlet(
  config: ResolvedOtelConfig,
  { reconnection }: WorkerTelemetryOptions,
  { ports, connection }: { readonly ports: ConnectionPorts; readonly connection: Connection },
): Outlet {
  const outbox = new TelemetryOutbox(
    {
      clock: ports.clock,
      offer: (frame) => connection.offer(frame),
      isUp: () => connection.isUp,
      isOver: () => connection.isOver && !connection.isUp,
    },
    {
      maxFrames: config.channelCapacity,
      maxFramesOffline: Math.min(config.channelCapacity, reconnection.maxPendingMessages),
      maxBytes: reconnection.maxPendingBytes,
    },
  )
  return {
    sink: outbox,
    dropped: () => outbox.dropped,
    flush: () => {
      outbox.flush()
    },
    linkFailed: () => {
      outbox.close()
    },
    close: () => {
      outbox.close()
      return Promise.resolve()
    },
  }
}

function ownOutlet(
  config: ResolvedOtelConfig,
  { addresses, headers }: WorkerTelemetryOptions,
  ports: ConnectionPorts,
): Outlet {
  const options = { channelCapacity: config.channelCapacity, headers, ports }
  const connection = new SharedEngineConnection(addresses.map(otelUrl), config.reconnection, options)
  return {
    sink: connection.sink,
    dropped: () => connection.dropped,
    flush: () => undefined,
    linkFailed: () => undefined, // It has a separate socket.
    close: () => connection.shutdown(),
  }
}
