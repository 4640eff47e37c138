/**
 * Options that `engine` and `dev` share, and the engine they configure: its address, its built-ins, and the display of
 * its events.
 */
import { userInfo } from 'node:os'
import { connectEngine } from '../../../bridge/connect-engine.js'
import { builtins, SERVED_BY_DEFAULT } from '../../../engine/builtins/index.js'
import { defaultEngineConfig, type EngineAddresses } from '../../../engine/config/config.js'
import type { ConfiguredBuiltin, EngineConfig } from '../../../engine/config/engine-config.js'
import { startEngine, type LocalEngine } from '../../../engine/engine.js'
import type { Emit } from '../../../engine/engine-events.js'
import { readConfigFile } from '../../../engine/local-engine.js'
import { ErrorCode, RuntimeError } from '../../../errors.js'
import { systemClock } from '../../../std/time/clock.js'
import { addressWithoutCredentials } from '../../../std/text/without-credentials.js'
import { oneLine } from '../../../std/text/one-line.js'
import { packageVersion } from '../../../version.js'
import { UsageError, type Terminal, type Values } from '../../command.js'
import type { devOptions, engineOptions } from '../../options.js'
import { parseHeaders } from '../../parse.js'
import { parseCollector, parsePort, parseTrust } from './listen-options.js'
import { readConsoleOptions, type ConsoleArguments } from './start-console.js'
import { eventLog, type LogFormat, type LogLevel } from '../../print/event-log.js'

const BRIDGE = 'iii-bridge'

/** Options that are ignored in favour of a configuration file. */
const SETTINGS = [
  ...(['port', 'http-port', 'stream-port', 'host', 'data', 'allow-origin', 'allow-host'] as const),
  ...(['otlp', 'otlp-header'] as const),
]

export interface EngineArguments {
  readonly addresses: EngineAddresses
  /** The configuration file. */
  readonly config: string | undefined
  readonly repairsStores: boolean
  /** The console that is served; `undefined` for none. */
  readonly console: ConsoleArguments | undefined
  /** Another engine that calls of unknown functions go to. */
  readonly bridge?: ConfiguredBuiltin | undefined
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat | undefined
}

/**
 * Checks the options.
 * @param found a configuration file that is used unless `--config` names another.
 * @throws {UsageError} naming the option.
 */
export function readEngineOptions(values: Values<typeof engineOptions>, found?: string): EngineArguments {
  const config = values.config ?? found
  const given = SETTINGS.find((name) => values[name] !== undefined)
  if (config !== undefined && given !== undefined) {
    const file = values.config === undefined ? `${config}, which was found beside the worker,` : '--config'
    throw new UsageError(`--${given} and ${file} cannot be combined; write the setting into ${config}`)
  }
  if (values.data?.trim() === '') throw new UsageError('--data must be a folder, got an empty string')
  return {
    addresses: {
      host: values.host,
      port: parsePort('--port', values.port),
      httpPort: parsePort('--http-port', values['http-port']),
      streamPort: parsePort('--stream-port', values['stream-port']),
      dataFolder: values.data,
      ...parseCollector(values),
      ...parseTrust(values),
    },
    config,
    repairsStores: values.repair ?? false,
    console: readConsoleOptions(values, parseTrust(values)),
    logLevel: values['log-level'] ?? 'info',
    logFormat: values['log-format'],
  }
}

/**
 * Reads the options of the bridge to another engine.
 * @throws {UsageError} when one of them has no effect; {RuntimeError} INVALID_CONFIG for an invalid URL.
 */
export function readBridgeOptions(values: Values<typeof devOptions>): ConfiguredBuiltin | undefined {
  const { bridge: url, expose = [], 'bridge-namespace': namespace = `dev-${userInfo().username}` } = values
  if (url === undefined) {
    const other = (['expose', 'bridge-namespace', 'bridge-token', 'bridge-header'] as const).find(
      (name) => values[name] !== undefined,
    )
    if (other !== undefined) throw new UsageError(`--${other} needs --bridge, which names the other engine`)
    return undefined
  }
  const config = { url, expose: expose.map((id) => ({ local_function: id })) }
  const headers = parseHeaders('--bridge-header', values['bridge-header'] ?? [])
  const token = values['bridge-token']
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  const make = builtins[BRIDGE]?.read(config, { forward_unknown: true, namespace, headers })
  return make === undefined ? undefined : { name: BRIDGE, make }
}

/** Returns the event listener that prints events on stderr. */
export function terminalLog(
  { logLevel: level, logFormat }: EngineArguments,
  terminal: Terminal,
  showsActivity = false,
): Emit {
  const format = logFormat ?? (terminal.isTty ? 'text' : 'json')
  const { isColoured, err: write } = terminal
  return eventLog({ format, level, isColoured, showsActivity, write, now: () => systemClock.epochMs() })
}

/**
 * Starts the engine and prints its address.
 * @param onEvent receives its events.
 */
export async function startCliEngine(args: EngineArguments, terminal: Terminal, onEvent: Emit): Promise<LocalEngine> {
  const { addresses, config: file, repairsStores, bridge } = args
  const read = file === undefined ? defaultEngineConfig(addresses, process.env) : await readConfigFile(file)
  const config = bridge === undefined ? read : { ...read, builtins: [...withoutBridge(read), bridge] }
  const engine = await startEngine(config, { onEvent, repairsStores, connectEngine }).catch((error: unknown) => {
    throw withRemedy(error, args)
  })
  terminal.out(`iii-node engine ${packageVersion}`)
  for (const url of engine.urls) terminal.out(`  workers  ${url}`)
  if (engine.httpUrl !== undefined) terminal.out(`  http     ${engine.httpUrl}`)
  if (engine.streamUrl !== undefined) terminal.out(`  streams  ${engine.streamUrl}`)
  if (addresses.otlp !== undefined) terminal.out(`  otlp     ${addressWithoutCredentials(addresses.otlp)}`)
  if (file !== undefined) sayWhatIsMissing(config, file, terminal)
  return engine
}

/** @throws {UsageError} when the file has a bridge of its own. */
function withoutBridge({ builtins }: EngineConfig): readonly ConfiguredBuiltin[] {
  if (builtins.every(({ name }) => name !== BRIDGE)) return builtins
  throw new UsageError('--bridge and iii-bridge in the configuration file cannot be combined; remove one of them')
}

function sayWhatIsMissing({ builtins }: EngineConfig, file: string, terminal: Terminal): void {
  const served = new Set(builtins.map(({ name }) => name))
  const missing = SERVED_BY_DEFAULT.flatMap(({ name }) => (served.has(name) ? [] : [name]))
  if (missing.length === 0) return
  terminal.out(`Not served, because ${oneLine(file)} does not list them under \`workers\`: ${missing.join(', ')}`)
}

/** An error for a port that is in use, with the option that changes it. */
function withRemedy(error: unknown, { addresses, config }: EngineArguments): unknown {
  if (!(error instanceof RuntimeError) || error.code !== ErrorCode.PORT_IN_USE) return error
  const { port } = (error.cause ?? {}) as { readonly port?: number }
  const options = PORTS.flatMap(([option, name, usual]) => ((addresses[name] ?? usual) === port ? [option] : []))
  const remedy = config === undefined ? `${options.join(' or ')} changes it.` : `It is set in ${config}.`
  return new RuntimeError(error.code, `${error.message} ${remedy}`, { cause: error })
}

/** For each port: its option, its name in the settings, and its default. */
const PORTS = [
  ['--port', 'port', 49_134],
  ['--http-port', 'httpPort', 3_111],
  ['--stream-port', 'streamPort', 3_112],
] as const
