/**
 * Options of a worker: what users pass, and what the rest works with once defaults and environment are applied.
 */
import { invalidArgument } from '../../../errors.js'
import { checkAddresses, type ReconnectionConfig, type ReconnectionOptions } from '../../connection/options.js'
import { RECONNECTION_KEYS, resolveReconnection } from '../../connection/reconnection.js'
import { DEFAULT_ENGINE_URL } from '../../../wire/protocol/names.js'
import type { DialOptions } from '../../../wire/transport/transport.js'
import type { ReachOptions } from '../../../wire/transport/reach.js'
import { TLS_KEYS } from '../../../wire/transport/tls-options.js'
import { OTEL_KEYS, resolveOtelConfig, type OtelConfig } from '../../telemetry/otel-config.js'
import {
  checkCount,
  checkDurationMs,
  checkFlag,
  checkJson,
  checkJsonRecord,
  checkNamespace,
  checkRecord,
  checkText,
} from '../check.js'
import type { DiagnosticsOption } from '../diagnostics/diagnostics.js'
import { checkHealthOptions, type HealthOptions, type ProbeSettings } from '../health/health-options.js'
import { checkWorkarounds, type NeedsOf, type Workarounds } from '../lifecycle/workarounds.js'
import { headersOf, type HeadersOption } from './headers.js'
import { keysOf, type UnknownOptions } from '../../../std/text/unknown-options.js'
import { detectMetadata, readEnvironment, type TelemetryOptions, type WorkerMetadata } from './identity.js'

/** Options of `registerWorker`. */
export type InitOptions = {
  /** Name under which the engine lists this worker. Default: `III_WORKER_NAME`, else `host:pid`. */
  workerName?: string | undefined
  /** Namespace of this worker's functions and calls. Default: `III_NAMESPACE`, else none. Must not be blank. */
  namespace?: string | undefined
  /** Short description of the worker; the engine keeps 280 characters. */
  workerDescription?: string | undefined
  /** Time limit of a call in milliseconds. Default: 30 000; `Infinity` disables it. */
  invocationTimeoutMs?: number | undefined
  /** Maximum number of concurrent invocations; up to 10 000 more wait in order. Default: no limit. */
  maxConcurrentInvocations?: number | undefined
  /**
   * Milliseconds after which a running handler is reported once to `diagnostics` as `handler_slow`. Default: 300 000;
   * `Infinity` disables the report.
   */
  warnAfterMs?: number | undefined
  /** Reconnect settings. */
  reconnectionConfig?: ReconnectionOptions | undefined
  /**
   * Headers of the WebSocket handshake, for example a token for a guarded listener. A function is called before each
   * dial, for example to renew a token, and has 10 s.
   */
  headers?: HeadersOption | undefined
  /** Certificates for `wss:` addresses. Default: the authorities that Node.js trusts. */
  tls?: ReachOptions['tls']
  /** An HTTP proxy to connect through, or `'env'` for the proxy of the environment. Default: none. */
  proxy?: ReachOptions['proxy']
  /** An agent of `node:http` or `node:https` that opens the sockets, instead of `proxy`. */
  agent?: ReachOptions['agent']
  /** Settings of telemetry: spans, logs and metrics. Default: on. */
  otel?: Omit<OtelConfig, 'engineWsUrl'> | undefined
  /** Whether the worker reports memory, CPU and event-loop metrics. Default: true. */
  enableMetricsReporting?: boolean | undefined
  /** Labels reported with the worker's metadata. */
  telemetry?: TelemetryOptions | undefined
  /** Replaces detected metadata; the options above take precedence. */
  metadata?: Partial<WorkerMetadata> | undefined
  /** Whether to connect at once. Default: true. If false, call `connect()`. */
  autoConnect?: boolean | undefined
  /** Destination of diagnostic events, such as warnings and errors. Default: `'console'`. */
  diagnostics?: DiagnosticsOption | undefined
  /**
   * What to do if another live worker owns the worker's name or a function id. `'fail'`: the rejection is final. `'wait'`:
   * register each when its owner leaves. Default: `III_ON_CONFLICT`, else `'fail'`.
   */
  onConflict?: 'fail' | 'wait' | undefined
  /**
   * Whether HTTP clients receive the code and message of an error that a handler throws. Default: true. With `false` they
   * receive status 500 with an `error_id`, and the error is logged under this id.
   */
  exposeErrors?: boolean | undefined
  /**
   * Serves `/healthz`, `/readyz` and `/metrics` until the worker ends. Default: `III_HEALTH_PORT`, a port or `host:port`,
   * else off.
   */
  health?: HealthOptions | undefined
  /** Workarounds for flaws of the engine. Default: those that the engine needs. */
  workarounds?: Workarounds | undefined
}

/** Options as the worker uses them. */
export interface WorkerOptions {
  /** At least one. */
  readonly addresses: readonly string[]
  readonly namespace: string | undefined
  readonly metadata: WorkerMetadata
  /** The name that was given by an option or by `III_WORKER_NAME`. */
  readonly givenName: string | undefined
  readonly invocationTimeoutMs: number
  readonly maxConcurrentInvocations: number
  readonly warnAfterMs: number
  readonly reconnection: Required<ReconnectionConfig>
  readonly headers: DialOptions['headers']
  readonly otel: Omit<OtelConfig, 'engineWsUrl'>
  readonly enableMetricsReporting: boolean
  readonly autoConnect: boolean
  readonly diagnostics: DiagnosticsOption
  /** Whether the engine prints refusals where this worker would. */
  readonly isShownByEngine: boolean
  readonly onConflict: Required<InitOptions>['onConflict']
  readonly needsOf: NeedsOf
  readonly exposeErrors: boolean
  readonly health: ProbeSettings | undefined
  /** The options as they were given. */
  readonly given: InitOptions
}

const DEFAULT_INVOCATION_TIMEOUT_MS = 30_000

const DEFAULT_WARN_AFTER_MS = 300_000

/**
 * Applies defaults and environment.
 * @throws {RuntimeError} `INVALID_ARGUMENT` or `INVALID_NAMESPACE` that names the invalid option.
 */
export function resolveOptions(
  address: string | readonly string[] | undefined,
  options: InitOptions = {},
): WorkerOptions {
  checkRecord('options', options)
  const environment = readEnvironment()
  const namespace =
    checkNamespace('namespace', options.namespace) ??
    checkNamespace('metadata.namespace', options.metadata?.namespace) ??
    environment.namespace
  const addresses = checkAddresses(address ?? environment.url ?? DEFAULT_ENGINE_URL)
  return {
    addresses,
    namespace,
    givenName: givenName(options),
    invocationTimeoutMs: checkDurationMs(
      'invocationTimeoutMs',
      options.invocationTimeoutMs ?? DEFAULT_INVOCATION_TIMEOUT_MS,
    ),
    maxConcurrentInvocations: checkCount('maxConcurrentInvocations', options.maxConcurrentInvocations ?? Infinity),
    warnAfterMs: checkWarnAfter(options.warnAfterMs),
    reconnection: resolveReconnection(options.reconnectionConfig),
    headers: headersOf(options.headers ?? {}),
    otel: checkOtel(options.otel),
    enableMetricsReporting: flagIn(options, 'enableMetricsReporting'),
    autoConnect: flagIn(options, 'autoConnect'),
    diagnostics: checkDiagnostics(options.diagnostics),
    isShownByEngine: addresses.length === 1 && addresses[0] === environment.reportingEngine,
    health: probeSettings(options.health ?? environment.health),
    needsOf: checkWorkarounds(options.workarounds),
    exposeErrors: flagIn(options, 'exposeErrors'),
    given: options,
    onConflict: checkOnConflict('onConflict', options.onConflict ?? environment.onConflict ?? 'fail'),
    // Last, because a refused worker must not use up a default name.
    metadata: resolveMetadata(options, namespace),
  }
}

/** Reports options that nothing reads, those of members included. */
export function checkUnknown(
  unknown: UnknownOptions,
  { reconnectionConfig, otel, tls, ...options }: InitOptions,
): void {
  unknown.check('options', options, OPTION_KEYS)
  unknown.check('reconnectionConfig', reconnectionConfig, RECONNECTION_KEYS)
  unknown.check('otel', otel, OTEL_KEYS)
  unknown.check('tls', tls, TLS_KEYS)
  unknown.check('otel.reconnectionConfig', otel?.reconnectionConfig, RECONNECTION_KEYS)
}

const OPTION_KEYS = keysOf<InitOptions>({
  workerName: true,
  namespace: true,
  workerDescription: true,
  invocationTimeoutMs: true,
  maxConcurrentInvocations: true,
  warnAfterMs: true,
  reconnectionConfig: true,
  headers: true,
  tls: true,
  proxy: true,
  agent: true,
  otel: true,
  enableMetricsReporting: true,
  telemetry: true,
  metadata: true,
  autoConnect: true,
  diagnostics: true,
  onConflict: true,
  exposeErrors: true,
  health: true,
  workarounds: true,
})

function probeSettings(health: HealthOptions | undefined): ProbeSettings | undefined {
  return health === undefined ? undefined : checkHealthOptions(health, 'health')
}

/** A flag that is on unless it is switched off. */
function flagIn(options: InitOptions, name: 'enableMetricsReporting' | 'autoConnect' | 'exposeErrors'): boolean {
  checkFlag(name, options[name])
  return options[name] ?? true
}

function givenName({ workerName, metadata }: InitOptions): string | undefined {
  return workerName ?? metadata?.name ?? readEnvironment().workerName
}

function checkWarnAfter(limitMs: number = DEFAULT_WARN_AFTER_MS): number {
  return checkDurationMs('warnAfterMs', limitMs)
}

function checkDiagnostics(option: DiagnosticsOption = 'console'): DiagnosticsOption {
  if (option === 'console' || option === 'silent' || typeof option === 'function') return option
  throw invalidArgument('diagnostics', "'console', 'silent' or a function", option)
}

function checkOnConflict(name: string, given: string): Required<InitOptions>['onConflict'] {
  if (given === 'fail' || given === 'wait') return given
  throw invalidArgument(name, "'fail' or 'wait'", given)
}

/** Checked here, so that a bad setting is the caller's error at once. */
function checkOtel(otel: InitOptions['otel'] = {}): Omit<OtelConfig, 'engineWsUrl'> {
  checkRecord('otel', otel)
  resolveOtelConfig(otel, { newId: () => '' })
  return otel
}

function resolveMetadata(options: InitOptions, namespace: string | undefined): WorkerMetadata {
  const given = options.metadata ?? {}
  checkRecord('metadata', given)
  checkJson('metadata', given)
  checkText('workerDescription', options.workerDescription)
  checkJsonRecord('telemetry', options.telemetry)
  const detected = detectMetadata(options.workerName ?? given.name)
  const { name } = detected
  if (typeof name !== 'string' || name.trim() === '')
    throw invalidArgument('workerName', 'a string that is not blank', name)
  const description = options.workerDescription ?? given.description
  return {
    ...detected,
    ...given,
    name,
    telemetry: { ...detected.telemetry, ...given.telemetry, ...options.telemetry },
    ...(description === undefined ? {} : { description }),
    ...(namespace === undefined ? {} : { namespace }),
  }
}
