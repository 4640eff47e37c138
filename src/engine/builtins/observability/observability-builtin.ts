/**
 * `iii-observability`: keeps the telemetry of workers and of the engine in memory, and serves the functions that query
 * it. If telemetry is disabled, the functions remain and return empty results.
 */
import { ErrorCode, InvocationError } from '../../../errors.js'
import type { BuiltinFunction, BuiltinTriggerType, EngineHost, LiveBuiltin } from '../builtin.js'
import { Alerts } from './metrics/alerts.js'
import { createBaggageFunctions } from './baggage.js'
import { spanned } from './traces/call-spans.js'
import { EngineSpans } from './traces/engine-spans.js'
import { healthFunctions, type HealthPart } from './health-functions.js'
import { InvocationMeter } from './metrics/invocation-meter.js'
import { EngineLines } from './logs/engine-lines.js'
import { logFunctions } from './logs/log-functions.js'
import { logReadFunctions } from './logs/log-query.js'
import { LogTriggers } from './logs/log-triggers.js'
import type { LogRecord } from './logs/log-record.js'
import { Logs } from './logs/logs.js'
import { metricFunctions } from './metrics/metric-functions.js'
import { Metrics } from './metrics/metrics.js'
import type { CurrentSettings, LogsConfig, ObservabilityConfig } from './observability-config.js'
import { Spans } from './traces/spans.js'
import { TelemetryExport } from './export/telemetry-export.js'
import { TelemetryIntake } from './telemetry-intake.js'
import { traceFunctions } from './traces/trace-functions.js'
import { TraceTriggers } from './traces/trace-triggers.js'

const NAME = 'iii-observability'

/** Gives calls to built-in functions a span of the engine even outside a trace. */
const TRACE_ALL = 'III_OTEL_TRACE_BUILTINS'

const UNINSTALLED = { watchCall: undefined, openSpan: undefined, watchWorkers: undefined, watchEvents: undefined }

/** @param env the environment with the switch for spans; by default that of the process. */
export function createObservabilityBuiltin(
  host: EngineHost,
  config: ObservabilityConfig,
  env: Readonly<Record<string, string | undefined>> = process.env,
): LiveBuiltin<ObservabilityConfig> {
  const current: CurrentSettings = { settings: config }
  const parts = createParts(host, current)
  const { intake, spans, logs, metrics, alerts, triggers } = parts
  return {
    name: NAME,
    description: 'Keeps traces, logs and metrics in memory, and answers queries about them',
    functions: functionsOf(host, current, parts),
    triggerTypes: config.enabled ? triggers.map(({ type }) => type) : [],
    namedFunctions: config.alerts.flatMap(({ action }) => (action.kind === 'function' ? [action.functionId] : [])),
    takeTelemetry: (frame, workerId) => {
      if (config.enabled) intake.take(frame, workerId)
    },
    exported: () => parts.exporting?.counts(),
    waiting: () => ({ exportBytes: parts.exporting?.counts().waitingBytes ?? 0 }),
    dropped: () => ({ spans: spans.dropped, logs: logs.dropped, metrics: metrics.dropped }),
    metricsOf: (workerId) => metrics.latestOf(workerId),
    reconfigure: (settings) => {
      current.settings = settings
      spans.limit(settings.maxSpans)
      logs.reconfigure(logsOf(settings))
      metrics.reconfigure(settings.metrics)
    },
    start: async () => {
      await parts.exporting?.start()
      if (config.enabled) instrument(host, parts, env[TRACE_ALL] === '1')
      alerts.start()
    },
    stop: async () => {
      Object.assign(host.instruments, UNINSTALLED)
      alerts.stop()
      for (const trigger of triggers) trigger.stop()
      await parts.exporting?.stop()
    },
  }
}

interface Parts {
  readonly spans: Spans
  readonly logs: Logs
  readonly metrics: Metrics
  readonly meter: InvocationMeter
  readonly engineSpans: EngineSpans
  readonly engineLines: EngineLines
  readonly intake: TelemetryIntake
  /** Absent if nothing is sent to a collector. */
  readonly exporting: TelemetryExport | undefined
  /** Adds a record that no frame brought. */
  readonly addLog: (record: LogRecord) => void
  readonly alerts: Alerts
  readonly triggers: readonly { readonly type: BuiltinTriggerType; stop(): void }[]
}

/** The settings of log records; none are kept without telemetry. */
function logsOf({ enabled, logs }: ObservabilityConfig): LogsConfig {
  return { ...logs, enabled: enabled && logs.enabled }
}

function createParts(host: EngineHost, current: CurrentSettings): Parts {
  const config = current.settings
  const spans = new Spans(host, config.maxSpans, config.exports?.spans !== 'otlp')
  const logs = new Logs(host, logsOf(config))
  const metrics = new Metrics(host, config.metrics)
  const meter = new InvocationMeter(host.clock)
  const exporting = config.exports && new TelemetryExport(host, config.exports, { current, meter })
  const engineSpans = new EngineSpans({
    host,
    current,
    take: (span) => {
      spans.add(span)
      exporting?.span(span)
    },
  })
  const engineLines = new EngineLines(host, current, (record, notifies) => {
    logs.keep(record, notifies)
    exporting?.log(record)
  })
  const intake = new TelemetryIntake(host.log, {
    span: (span) => spans.add(span),
    log: (record) => logs.add(record),
    metric: (metric, workerId) => metrics.add(metric, workerId),
    frame: (signal, frame, items) => exporting?.frame(signal, frame, items),
  })
  const logTriggers = new LogTriggers(host, engineSpans)
  const traceTriggers = new TraceTriggers(host, engineSpans)
  logs.onAdded((record) => logTriggers.fire(record))
  spans.onAdded((span) => traceTriggers.note(span))
  const alerts = new Alerts(host, config.alerts, { metrics, meter })
  const triggers = [logTriggers, traceTriggers]
  const addLog = (record: LogRecord): void => {
    logs.add(record)
    exporting?.log(record)
  }
  return { spans, logs, metrics, meter, engineSpans, engineLines, intake, exporting, addLog, alerts, triggers }
}

function functionsOf(host: EngineHost, current: CurrentSettings, parts: Parts): BuiltinFunction[] {
  const { spans, logs, metrics, meter, intake, alerts } = parts
  // Read at start only.
  const { enabled, exports } = current.settings
  return [
    ...logFunctions(host, current, parts.addLog),
    ...logReadFunctions(host, logs),
    ...traceFunctions(enabled && exports?.spans !== 'otlp' ? spans : undefined),
    ...metricFunctions(host, metrics, meter),
    ...alerts.functions(),
    ...createBaggageFunctions(),
    pagesFunction,
    ...healthFunctions(host, current, {
      spans: () => ({ enabled, stored: spans.size, limit: current.settings.maxSpans }),
      logs: () => healthOf(logsOf(current.settings), logs),
      metrics: () => {
        const { metrics: kept } = current.settings
        return healthOf({ ...kept, enabled: enabled && kept.enabled }, metrics)
      },
      malformedFrames: () => intake.malformedFrames,
    }),
  ]
}

function healthOf(
  { enabled, maxItems: limit }: { readonly enabled: boolean; readonly maxItems: number },
  { size: stored }: { readonly size: number },
): HealthPart {
  return { enabled, stored, limit }
}

/** The distributed engine serves pages of its console through this function. */
const pagesFunction: BuiltinFunction = {
  id: `${NAME}::ui-content`,
  description: 'Serves no pages: start the console of this engine with `iii-node console`',
  metadata: { internal: true },
  call: () => {
    const message = 'This engine serves no pages through a function; start its console with `iii-node console`'
    throw new InvocationError({ code: ErrorCode.NOT_FOUND, message })
  },
}

/** From here on the engine reports its work to this built-in. */
function instrument(host: EngineHost, { engineSpans, engineLines, meter }: Parts, always: boolean): void {
  const { instruments } = host
  const options = { open: engineSpans.open.bind(engineSpans), except: NAME, always }
  instruments.openSpan = options.open
  instruments.watchWorkers = (event) => {
    meter.workerChanged(event)
  }
  instruments.watchEvents = (event) => {
    engineLines.take(event)
  }
  instruments.watchCall = (call, builtin) => meter.watch(builtin === undefined ? call : spanned(call, builtin, options))
}
