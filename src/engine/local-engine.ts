/**
 * Starts the local engine from the options of a program, as `iii-node engine` does from its command line. Validates the
 * options, reads the configuration file if one is named, and hides what only tests need.
 */
import { readFile } from 'node:fs/promises'
import { ErrorCode, invalidArgument, RuntimeError } from '../errors.js'
import { messageOf } from '../std/text/describe.js'
import { isHttpAddress } from '../wire/otlp/otlp-settings.js'
import { checkOptions, type AcceptedOptions } from './check-options.js'
import { defaultEngineConfig, type EngineAddresses } from './config/config.js'
import type { EngineConfig } from './config/engine-config.js'
import { startEngine as startConfigured, type StartedEngine } from './engine.js'
import type { Emit } from './engine-events.js'
import { hostList, originList } from './access/origins.js'

/** Options of an engine: its addresses, its storage, and the receiver of its events. */
export interface StartEngineOptions extends EngineAddresses {
  /**
   * A YAML file with the settings of the engine, the same that the distributed engine reads. It cannot be combined with
   * other options, except `repair` and `onEvent`. Default: none.
   */
  readonly config?: string | undefined
  /**
   * Whether a damaged store is opened with its readable entries, and the rest is dropped. Default false: the engine
   * does not start.
   */
  readonly repair?: boolean | undefined
  /**
   * Receives events of the engine, such as failed functions and refused registrations. Default: events are not
   * reported.
   */
  readonly onEvent?: Emit | undefined
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string' && value.trim() !== ''
const isPort: Check = (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535

const ACCEPTED: AcceptedOptions<StartEngineOptions> = {
  host: [isText, 'an address to listen on, such as 127.0.0.1'],
  port: [isPort, 'a port from 0 to 65535'],
  httpPort: [isPort, 'a port from 0 to 65535'],
  streamPort: [isPort, 'a port from 0 to 65535'],
  dataFolder: [isText, 'a folder'],
  allowedOrigins: [originList.accepts, originList.expected],
  allowedHosts: [hostList.accepts, hostList.expected],
  otlp: [isHttpAddress, 'the http:// or https:// address of a collector'],
  otlpHeaders: [(value) => typeof value === 'object' && value !== null, 'an object of header names and values'],
  config: [isText, 'the name of a file'],
  repair: [(value) => typeof value === 'boolean', 'true or false'],
  onEvent: [(value) => typeof value === 'function', 'a function'],
}

/** Options that a configuration file replaces. */
const REPLACED = [
  ...(['host', 'port', 'httpPort', 'streamPort', 'dataFolder', 'allowedOrigins', 'allowedHosts'] as const),
  ...(['otlp', 'otlpHeaders'] as const),
]

/**
 * Starts the local engine in this process, for development, tests and programs that need their own engine. It runs in
 * one process and does not replace the distributed engine.
 *
 * By default it listens on 127.0.0.1: port 49134 for workers, 3111 for HTTP triggers and 3112 for streams. 0 selects a
 * free port. Values are kept in memory unless `dataFolder` is set.
 *
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an unknown option or an invalid value; `INVALID_CONFIG` for an
 * unreadable file or an invalid setting in it; `PORT_IN_USE` for a port that is in use; `STORE_DAMAGED` for a store
 * with unreadable entries when `repair` is off. Everything is closed then.
 * @example
 * const engine = await startEngine({ port: 0, httpPort: 0, streamPort: 0 })
 * const worker = registerWorker(engine.url)
 */
export async function startEngine(options: StartEngineOptions = {}): Promise<StartedEngine> {
  checkStartOptions(options)
  const { config: file, repair = false, onEvent, ...addresses } = options
  const config = file === undefined ? defaultEngineConfig(addresses, process.env) : await readConfigFile(file)
  return startConfigured(config, { repairsStores: repair, ...(onEvent === undefined ? {} : { onEvent }) })
}

/**
 * Reads a configuration file.
 * @throws {RuntimeError} `INVALID_CONFIG` when it cannot be read, or naming the line of an invalid setting.
 */
export async function readConfigFile(fileName: string): Promise<EngineConfig> {
  const text = await readFile(fileName, 'utf8').catch((cause: unknown) => {
    const message = `The configuration ${fileName} cannot be read: ${messageOf(cause)}`
    throw new RuntimeError(ErrorCode.INVALID_CONFIG, message, { cause })
  })
  // Loaded on demand: most engines have no file and need no YAML parser.
  const { parseEngineConfig } = await import('./config/config-file.js')
  return parseEngineConfig(text, { fileName, env: process.env })
}

function checkStartOptions(options: StartEngineOptions): void {
  checkOptions('startEngine', options, ACCEPTED)
  const replaced = REPLACED.find((name) => options[name] !== undefined)
  if (options.config !== undefined && replaced !== undefined)
    throw invalidArgument(
      replaced,
      `left out beside \`config\`; write the setting into ${options.config}`,
      options[replaced],
    )
}
