/**
 * Parses and validates the settings of an engine. Unknown settings are errors that name key and place, so a misspelt
 * key or an unsupported part of the distributed engine is never ignored.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import type { Infer } from '../../wire/protocol/validate.js'
import { MAX_DELAY_MS } from '../../std/time/clock.js'
import { describe } from '../../std/text/describe.js'
import {
  ALWAYS_SERVED,
  builtins,
  SERVED_BY_DEFAULT,
  STARTS_LAST,
  SUCCESSORS,
  WITHOUT_EFFECT,
  type DefaultPorts,
} from '../builtins/index.js'
import { ENGINE_WORKER_NAME } from '../builtins/engine/workers.js'
import type { ConfiguredBuiltin, EngineConfig } from './engine-config.js'
import type { Environment } from './expand-variables.js'
import { originSettings, type OriginRules } from '../access/origins.js'
import { LISTENER_NAME, parseListenerConfig, type ListenerConfig } from './listener-config.js'
import { any, list, optional, record, string, wholeNumber } from '../declare/schema.js'
import { parseSettings } from '../declare/settings.js'

/** The configuration of an engine as plain data, in the form of a file. */
export interface EngineSettings {
  readonly registration_namespace_grace_ms?: number
  readonly workers?: readonly {
    readonly name: string
    /** Settings that the distributed engine reads too. */
    readonly config?: unknown
    /** Settings of the local engine only. */
    readonly local?: unknown
  }[]
}

const DEFAULT_GRACE_MS = 5000

const workers = optional(list(any()))
export const topShape = {
  registration_namespace_grace_ms: optional(wholeNumber(0, MAX_DELAY_MS)),
  workers,
  /** The older name of `workers`; both lists count. */
  modules: workers,
}
const object = optional(record())
/** An image has no effect on a built-in. */
export const entryShape = { name: string(), image: optional(string()), config: object, local: object }

/** Creates an error from the path of keys and the message. */
export type Report = (path: readonly (string | number)[], message: string, cause?: unknown) => RuntimeError

/**
 * Parses a configuration that is already data, such as an object in a program. If it names no listener, no port is
 * opened.
 * @throws {RuntimeError} INVALID_CONFIG with the key and the accepted values.
 */
export function engineConfigOf(settings: EngineSettings, env: Environment = {}): EngineConfig {
  return readEngineConfig(
    settings,
    env,
    (_path, message, cause) => new RuntimeError(ErrorCode.INVALID_CONFIG, message, { cause }),
  )
}

/** Addresses and trust of an engine without a file. Port 0 selects a free port. */
export interface EngineAddresses extends DefaultPorts, Partial<OriginRules> {
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string | undefined
  /** For workers. Default 49134. */
  readonly port?: number | undefined
  /** Folder for state, streams and queues. Default: none, they are kept in memory. */
  readonly dataFolder?: string | undefined
  /** Address of a collector that receives the telemetry of workers and of the engine over OTLP/HTTP. Default: none. */
  readonly otlp?: string | undefined
  /** Headers of requests to the collector. Default: those of the variable `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly otlpHeaders?: Readonly<Record<string, string>> | undefined
}

/** The configuration of an engine without a file. */
export function defaultEngineConfig(addresses: EngineAddresses = {}, env: Environment = {}): EngineConfig {
  const { host = '127.0.0.1', port, dataFolder, allowedOrigins = [], allowedHosts = [], ...more } = addresses
  const rules = { allowedOrigins, allowedHosts }
  const served = SERVED_BY_DEFAULT.map(({ name, port: option, stores = false, local }) => ({
    name,
    local: local?.(rules),
    config: {
      ...(option === undefined ? {} : address(host, more[option])),
      ...(stores && dataFolder !== undefined ? keptIn(dataFolder) : {}),
    },
  }))
  const listener = { name: LISTENER_NAME, config: address(host, port), local: originSettings(rules) }
  return engineConfigOf({ workers: [listener, ...served, ...exportTo(more)] }, env)
}

function exportTo({ otlp: endpoint, otlpHeaders: headers }: Pick<EngineAddresses, 'otlp' | 'otlpHeaders'>) {
  if (endpoint === undefined) return []
  return [{ name: 'iii-observability', config: { exporter: 'both', endpoint }, local: { otlp: { headers } } }]
}

function address(host: string, port: number | undefined): object {
  return port === undefined ? { host } : { host, port }
}

function keptIn(folder: string): object {
  return { adapter: { config: { store_method: 'file_based', file_path: folder } } }
}

/** Parses settings; `report` creates the errors, as it knows the place of each setting. */
export function readEngineConfig(content: unknown, env: Environment, report: Report): EngineConfig {
  const top = located([], report, () => parseSettings('configuration', topShape, content))
  const listeners: ListenerConfig[] = []
  const served = new Map<string, ConfiguredBuiltin>()
  for (const { entry, path } of entriesOf(top)) {
    const {
      name: listed,
      image,
      config,
      local,
    } = located(path, report, () => parseSettings(path.join('.'), entryShape, entry))
    const name = SUCCESSORS.get(listed) ?? listed
    const settings = [...path, 'config']
    if (name === LISTENER_NAME) {
      listeners.push(located(settings, report, () => parseListenerConfig(config, local)))
      continue
    }
    if (name === ENGINE_WORKER_NAME) {
      // Always present, without settings.
      located(settings, report, () => [parseSettings(name, {}, config), parseSettings(`${name}.local`, {}, local)])
      continue
    }
    if (WITHOUT_EFFECT.has(name)) continue
    const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined
    if (builtin === undefined) throw report([...path, 'name'], unknownName(name, image))
    if (served.has(name)) throw report([...path, 'name'], twice(name, listed))
    served.set(name, { name, make: located(settings, report, () => builtin.read(config, local)) })
  }
  for (const name of ALWAYS_SERVED) {
    const make = builtins[name]?.read(undefined, undefined)
    if (make !== undefined && !served.has(name)) served.set(name, { name, make })
  }
  return {
    namespaceGraceMs: graceFrom(env, report) ?? top.registration_namespace_grace_ms ?? DEFAULT_GRACE_MS,
    listeners,
    builtins: [...served.values()].sort(
      (one, other) => Number(one.name === STARTS_LAST) - Number(other.name === STARTS_LAST),
    ),
  }
}

function* entriesOf(top: Infer<typeof topShape>): Iterable<{ entry: unknown; path: (string | number)[] }> {
  for (const key of ['workers', 'modules'] as const) {
    for (const [index, entry] of (top[key] ?? []).entries()) yield { entry, path: [key, index] }
  }
}

/**
 * Adds the place to an error of settings: names in the message are paths from `config`, or from `local` if they say so.
 */
function located<T>(path: readonly (string | number)[], report: Report, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error
    const [named = ''] = error.message.split(/[\s(]/, 1)
    if (path.at(-1) !== 'config')
      throw report([...path, ...named.split('.').slice(path.length || 1)], error.message, error)
    const own = named.split('.').slice(1)
    throw report([...(own[0] === 'local' ? path.slice(0, -1) : path), ...own], error.message, error)
  }
}

function unknownName(name: string, image: string | undefined): string {
  if (image !== undefined)
    return `this engine starts no images, and ${describe(name)} is one: take it out, and start that worker yourself`
  const accepted = [LISTENER_NAME, ...Object.keys(builtins)].sort().join(', ')
  return `this engine has no worker of that name, ${describe(name)}; it serves ${accepted}`
}

function twice(name: string, listed: string): string {
  return name === listed
    ? `${name} is listed twice; list it once`
    : `${listed} is ${name}, which is listed twice; list it once`
}

function graceFrom(env: Environment, report: Report): number | undefined {
  const text = env['III_NAMESPACE_GRACE_MS']
  if (text === undefined || text === '') return undefined
  if (/^\d{1,10}$/.test(text) && Number(text) <= MAX_DELAY_MS) return Number(text)
  throw report([], `the environment variable III_NAMESPACE_GRACE_MS must be whole milliseconds, got ${describe(text)}`)
}
