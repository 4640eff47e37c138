/** The options of the console that `engine`, `dev` and `console` share, and its start. */
import type { ParseArgsConfig } from 'node:util'
import { startConsole, type ConsoleServer } from '../console-server/console-server.js'
import type { LocalEngine } from '../engine/engine.js'
import { describe } from '../std/text/describe.js'
import { UsageError, type Terminal } from './command.js'
import { parseTrust } from './trust-options.js'

export const consoleOptions = {
  'console-port': { type: 'string' },
  'no-console': { type: 'boolean' },
  'console-read-only': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options']

export const consoleOptionsHelp = `  --console-port <n>   port for the console (default: 3113, or the next free one; 0 selects a free one)
  --no-console         serve no console
  --console-read-only  refuse actions of the console that change something`

/** Which console is served; `undefined` for none. */
export interface ConsoleArguments {
  readonly port: number | undefined
  readonly readOnly: boolean
  readonly origins: ReturnType<typeof parseTrust>
}

type OptionValues = Parameters<typeof parseTrust>[0] & {
  readonly 'console-port'?: string | undefined
  readonly 'no-console'?: boolean | undefined
  readonly 'console-read-only'?: boolean | undefined
}

/** @throws {UsageError} naming the option. */
export function readConsoleOptions(values: OptionValues): ConsoleArguments | undefined {
  const port = values['console-port']
  if (values['no-console'] === true) {
    if (port !== undefined) throw new UsageError('--console-port and --no-console do not go together')
    return undefined
  }
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535))
    throw new UsageError(`--console-port must be a port from 0 to 65535, got ${describe(port)}`)
  return {
    port: port === undefined ? undefined : Number(port),
    readOnly: values['console-read-only'] ?? false,
    origins: parseTrust(values),
  }
}

/** Serves the console of an engine in this process and prints its address. */
export async function startCliConsole(
  engine: LocalEngine,
  options: ConsoleArguments | undefined,
  terminal: Terminal,
): Promise<ConsoleServer | undefined> {
  if (options === undefined) return undefined
  const served = await startConsole({ url: engine.url, dial: engine.dial(), local: engine }, options)
  terminal.out(`  console  ${served.url}`)
  return served
}
