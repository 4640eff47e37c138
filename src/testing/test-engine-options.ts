/** Validates the options of a test engine and converts them to a configuration. */
import { invalidArgument } from '../errors.js'
import { checkOptions, type AcceptedOptions } from '../engine/check-options.js'
import { SERVED_BY_DEFAULT } from '../engine/builtins/index.js'
import { engineConfigOf } from '../engine/config/config.js'
import type { EngineConfig } from '../engine/config/engine-config.js'
import { hostList, originList, originSettings } from '../engine/access/origins.js'
import type { EngineQuirks } from '../engine/quirks.js'
import { LISTENER_NAME } from '../engine/config/listener-config.js'
import { isRecord } from '../wire/protocol/validate.js'
import type { Log } from '../std/log.js'
import { resolveQuirks, type TestEngineQuirks } from './quirks.js'
import { durationMs, type Duration } from '../sdk/worker/options/duration.js'

/** Options of `createTestEngine`. */
export interface TestEngineOptions {
  /** Whether to listen, on free ports of 127.0.0.1. Default true. If false, workers use `connect`. */
  readonly ports?: boolean | undefined
  /** `virtual`: time advances only by `advance`. Default `real`. */
  readonly clock?: 'real' | 'virtual' | undefined
  /** Start of the virtual clock. Default 2026-01-01T00:00:00Z. */
  readonly startTime?: Date | undefined
  /** Delay of each frame between a worker and the engine, in each direction: milliseconds or a duration. Default 0. */
  readonly latencyMs?: Duration | undefined
  /**
   * Access rules, as in a configuration file, for a second listener: `guardedUrl`. Workers on the open listener serve
   * the auth function and the hooks.
   */
  readonly rbac?: object | undefined
  /**
   * Origins of web pages that may connect, beside those of this machine, such as `https://app.example`. Default: none.
   */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Host names of the engine, beside IP addresses and `localhost`. Default: none. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Settings of built-ins by their name in a configuration file; the others keep their defaults. */
  readonly builtins?: Readonly<Record<string, object>> | undefined
  /**
   * Settings of the local engine only, as below `local` in a configuration file, by the same names;
   * `iii-worker-manager` applies to both listeners.
   */
  readonly local?: Readonly<Record<string, object>> | undefined
  /**
   * Deviations of the distributed engine to reproduce, so that tests see the behaviour of production: `'distributed'`
   * for all of them, or single ones. Default none.
   */
  readonly quirks?: TestEngineQuirks | undefined
  /** Maximum frames kept for `frames`, per worker and direction. Default 10 000. */
  readonly maxFrames?: number | undefined
  /** Receives the log of the engine. Default: none. */
  readonly log?: Log | undefined
}

/** The options with their defaults, and the resulting configuration. */
export interface ResolvedTestOptions {
  readonly config: EngineConfig
  readonly opensPorts: boolean
  readonly isVirtual: boolean
  readonly startTime: Date | undefined
  readonly latencyMs: number
  readonly maxFrames: number
  readonly quirks: EngineQuirks
  readonly log: Log | undefined
}

const isAny = (): boolean => true

const ACCEPTED: AcceptedOptions<TestEngineOptions> = {
  ports: [(value) => typeof value === 'boolean', 'true or false'],
  clock: [(value) => value === 'real' || value === 'virtual', "'real' or 'virtual'"],
  startTime: [(value) => value instanceof Date && !Number.isNaN(value.getTime()), 'a valid Date'],
  latencyMs: [isAny, ''],
  rbac: [isRecord, 'an object'],
  allowedOrigins: [originList.accepts, originList.expected],
  allowedHosts: [hostList.accepts, hostList.expected],
  builtins: [isRecord, 'an object'],
  local: [isRecord, 'an object'],
  quirks: [isAny, ''],
  maxFrames: [(value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number of 0 or more'],
  log: [isRecord, 'an object with a method for each level'],
}

const DEFAULT_MAX_FRAMES = 10_000

/**
 * Validates options and parses the settings among them.
 * @throws {RuntimeError} `INVALID_ARGUMENT` or `INVALID_CONFIG` naming the invalid option.
 */
export function resolveTestOptions(options: TestEngineOptions): ResolvedTestOptions {
  checkOptions('createTestEngine', options, ACCEPTED)
  const { ports = true, clock = 'real', startTime, latencyMs = 0, maxFrames = DEFAULT_MAX_FRAMES, log } = options
  if (startTime !== undefined && clock !== 'virtual')
    throw invalidArgument('startTime', "left out unless clock is 'virtual'", startTime)
  checkSettings('builtins', options.builtins)
  checkSettings('local', options.local)
  return {
    config: configOf(options),
    opensPorts: ports,
    isVirtual: clock === 'virtual',
    startTime,
    latencyMs: durationMs('latencyMs', latencyMs),
    quirks: resolveQuirks(options.quirks),
    maxFrames,
    log,
  }
}

/** Settings by name. A value of another type would count as no settings. */
function checkSettings(option: 'builtins' | 'local', settings: Readonly<Record<string, unknown>> = {}): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined && !isRecord(value)) throw invalidArgument(`${option}['${name}']`, 'an object', value)
  }
}

function configOf(options: TestEngineOptions): EngineConfig {
  const { rbac, builtins = {}, local = {}, allowedOrigins = [], allowedHosts = [] } = options
  const rules = { allowedOrigins, allowedHosts }
  const free = { host: '127.0.0.1', port: 0 }
  const served = SERVED_BY_DEFAULT.map(({ name, port, local: localOf }) => ({
    name,
    local: localOf?.(rules),
    config: { ...(port === undefined ? {} : free), ...builtins[name] },
  }))
  const listeners = [free, ...(rbac === undefined ? [] : [{ ...free, rbac }])]
  const added = Object.entries(builtins).filter(([name]) => !served.some((one) => one.name === name))
  const workers: { name: string; config?: object; local?: object }[] = [
    ...listeners.map((config) => ({ name: LISTENER_NAME, config, local: originSettings(rules) })),
    ...served,
    ...added.map(([name, config]) => ({ name, config })),
  ]
  for (const name of Object.keys(local)) if (!workers.some((one) => one.name === name)) workers.push({ name })
  return engineConfigOf({
    workers: workers.map((entry, index) => ({
      ...entry,
      local: {
        ...entry.local,
        ...local[entry.name],
        // The first is the open listener, which has no grants to deny; the second uses this setting.
        ...(index === 0 && rbac !== undefined && { default_deny: undefined }),
      },
    })),
  })
}
