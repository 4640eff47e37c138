/**
 * `iii-node engine`: runs the local engine until it is told to stop.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { defaultEngineConfig } from '../engine/config.js'
import type { EngineConfig } from '../engine/engine-config.js'
import { startEngine } from '../engine/engine.js'
import type { OriginRules } from '../engine/origins.js'
import { ErrorCode, RuntimeError } from '../errors.js'
import { systemClock } from '../std/clock.js'
import { describe } from '../std/describe.js'
import { packageVersion } from '../version.js'
import { UsageError, type Command } from './command.js'
import { jsonLog, LOG_LEVELS, type LogLevel } from './json-log.js'
import { parsePort } from './parse-port.js'
import { parseTrust, trustHelp, trustOptions } from './trust-options.js'

const help = `Usage: iii-node engine [options]

Runs the local engine: one process, for development and tests. Ctrl-C stops it.

Options:
  --port <n>           port for workers (default: 49134; 0 picks a free one)
  --http-port <n>      port for HTTP triggers (default: 3111; 0 picks a free one)
  --stream-port <n>    port for browsers that follow streams (default: 3112; 0 picks a free one)
  --host <address>     where to listen (default: 127.0.0.1)
${trustHelp}
  --data <folder>      keep state, streams and queues here; what was acknowledged survives a crash
                       (default: in memory; needs the package classic-level)
  --config <file>      a YAML file with the engine's settings, instead of the options above
  --log-level <level>  debug, info, warn or error (default: warn); the log goes to stderr as JSON lines
  --help               print this text`

export const engineCommand: Command = {
  help,
  async run(args, terminal) {
    const options = parse(args)
    const config = options.config === undefined ? defaultEngineConfig(options, process.env) : await read(options.config)
    const log = jsonLog(options.logLevel, terminal.err, () => systemClock.epochMs())
    // Listening for the signals first: a Ctrl-C during start-up must stop it too.
    const interrupted = terminal.interrupted()
    const engine = await startEngine(config, { log })
    terminal.out(`iii-node engine ${packageVersion}`)
    for (const url of engine.urls) terminal.out(`  workers  ${url}`)
    if (engine.httpUrl !== undefined) terminal.out(`  http     ${engine.httpUrl}`)
    if (engine.streamUrl !== undefined) terminal.out(`  streams  ${engine.streamUrl}`)
    terminal.out('Press Ctrl-C to stop.')
    await interrupted
    await engine.close()
    return 0
  },
}

interface EngineArguments extends OriginRules {
  readonly host: string | undefined
  readonly port: number | undefined
  readonly httpPort: number | undefined
  readonly streamPort: number | undefined
  readonly dataFolder: string | undefined
  readonly config: string | undefined
  readonly logLevel: LogLevel
}

function parse(args: readonly string[]): EngineArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      'http-port': { type: 'string' },
      'stream-port': { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      config: { type: 'string' },
      'log-level': { type: 'string' },
      ...trustOptions,
    },
  })
  const { config, host } = values
  const settings = ['port', 'http-port', 'stream-port', 'host', 'data', 'allow-origin', 'allow-host'] as const
  const given = settings.find((name) => values[name] !== undefined)
  if (config !== undefined && given !== undefined) {
    throw new UsageError(`--${given} and --config do not go together; write the setting into ${config}`)
  }
  if (values.data?.trim() === '') throw new UsageError('--data must be a folder, got an empty string')
  return {
    host,
    port: parsePort('--port', values.port),
    httpPort: parsePort('--http-port', values['http-port']),
    streamPort: parsePort('--stream-port', values['stream-port']),
    dataFolder: values.data,
    ...parseTrust(values),
    config,
    logLevel: parseLevel(values['log-level'] ?? 'warn'),
  }
}

function parseLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((candidate) => candidate === value)
  if (level === undefined) throw new UsageError(`--log-level must be ${LOG_LEVELS.join(', ')}, got ${describe(value)}`)
  return level
}

async function read(fileName: string): Promise<EngineConfig> {
  let text: string
  try {
    text = await readFile(fileName, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RuntimeError(ErrorCode.INVALID_CONFIG, `The configuration ${fileName} cannot be read: ${reason}`, {
      cause,
    })
  }
  // Loaded here, since most engines have no file and need no YAML parser.
  const { parseEngineConfig } = await import('../engine/config-file.js')
  return parseEngineConfig(text, { fileName, env: process.env })
}
