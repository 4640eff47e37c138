/**
 * Starts the telemetry of a worker, replaces it by no-ops while it is off, and keeps its errors away from the worker.
 */
import type { ConnectionPorts } from '../../connection/connection.js'
import { IIIConnectionState } from '../../connection/state.js'
import type { Tracing } from '../../../wire/protocol/tracing.js'
import type { DialOptions } from '../../../wire/transport/transport.js'
import { createOwnedLogger, type Logger } from '../../telemetry/logs/logger.js'
import type { Telemetry } from '../../telemetry/telemetry.js'
import { noTracing } from '../../telemetry/trace/spans.js'
import { startWorkerTelemetry, type TelemetryHandle, type WorkerTelemetry } from '../../telemetry/worker-telemetry.js'
import type { Report } from './diagnostics.js'
import type { Link, LinkPart, Session } from '../link.js'
import type { WorkerOptions } from '../options/options.js'

/** External dependencies of a worker. */
export interface WorkerDependencies extends ConnectionPorts {
  /** Headers of calls while the worker has no telemetry. Default: none. */
  readonly tracing?: Tracing
}

/** The parts of a worker that telemetry stands on. */
export interface TelemetryParts {
  readonly options: WorkerOptions
  readonly ports: WorkerDependencies
  readonly link: Link
  readonly report: Report
}

const SWITCHED_OFF: TelemetryHandle = {
  tracer: null,
  meter: null,
  logger: null,
  flush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
}

export class OwnTelemetry implements LinkPart {
  readonly #parts: TelemetryParts
  /** Absent while telemetry is off. */
  #running: WorkerTelemetry | undefined

  constructor(parts: TelemetryParts) {
    this.#parts = parts
  }

  get tracing(): Tracing {
    return this.#running?.tracing ?? this.#parts.ports.tracing ?? noTracing
  }

  /** Nothing while telemetry is off. */
  get telemetry(): Telemetry | undefined {
    return this.#running?.isOn ? this.#running.telemetry : undefined
  }

  get handle(): TelemetryHandle {
    return this.#running?.isOn ? this.#running.handle : SWITCHED_OFF
  }

  /** Spans, log records and metric points that were not sent. */
  get dropped(): number {
    return this.#running?.dropped ?? 0
  }

  /** Starts telemetry if it is on. Its libraries load here, while the socket is being opened. */
  start(): void {
    const { options, ports, link, report } = this.#parts
    const { otel, addresses, reconnection, metadata, givenName, enableMetricsReporting: reportsMetrics } = options
    const headers: DialOptions['headers'] = () => link.headers()
    const settings = { otel, addresses, reconnection, workerName: metadata.name, givenName, reportsMetrics, headers }
    try {
      this.#running = startWorkerTelemetry(settings, { ports, connection: link.connection })
    } catch (error) {
      report({ kind: 'telemetry_failed', error })
    }
  }

  handlerLogger(functionId: string): Logger {
    return this.#running?.handlerLogger(functionId) ?? createOwnedLogger(undefined, functionId)
  }

  accepted({ workerId }: Session): void {
    this.#running?.workerKnown(workerId)
  }

  idle(): void {
    this.#running?.linkIdle()
  }

  over(): void {
    if (this.#parts.link.connection.state === IIIConnectionState.Failed) this.#running?.linkFailed()
  }

  /** Sends what is left and stops. Never rejects. */
  async shutdown(): Promise<void> {
    await this.#running?.shutdown()
  }
}
