/** The options of the console that several commands share, and its start for an engine in this process. */
import { startConsole, type ConsoleServer } from '../../console-server/console-server.js'
import type { OriginRules } from '../../engine/access/origins.js'
import type { LocalEngine } from '../../engine/engine.js'
import { RuntimeError } from '../../errors.js'
import { UsageError, type Terminal } from '../command.js'
import { parsePort } from './listen-options.js'

/** Which console is served. */
export interface ConsoleArguments {
  readonly port: number | undefined
  readonly readOnly: boolean
  readonly origins: OriginRules
}

interface Given {
  readonly 'console-port'?: string | undefined
  readonly 'console-read-only'?: boolean | undefined
  readonly 'no-console'?: boolean | undefined
}

/**
 * Checks the options. Returns `undefined` for no console.
 * @throws {UsageError} naming the option.
 */
export function readConsoleOptions(values: Given, origins: OriginRules): ConsoleArguments | undefined {
  const port = parsePort('--console-port', values['console-port'])
  if (values['no-console'] !== true) return { port, readOnly: values['console-read-only'] ?? false, origins }
  if (port !== undefined) throw new UsageError('--console-port and --no-console do not go together')
  return undefined
}

/**
 * Serves the console of an engine in this process and prints its address.
 * @throws {RuntimeError} `PORT_IN_USE` for a port that was asked for; the engine is closed then.
 */
export async function startCliConsole(
  engine: LocalEngine,
  options: ConsoleArguments | undefined,
  terminal: Terminal,
): Promise<ConsoleServer | undefined> {
  if (options === undefined) return undefined
  try {
    const served = await startConsole({ url: engine.url, dial: engine.dial(), local: engine }, options)
    terminal.out(`  console  ${served.url}`)
    return served
  } catch (error) {
    // An engine without a console is of use; a port that was asked for must be that one.
    if (!(error instanceof RuntimeError) || options.port !== undefined) {
      await engine.close()
      throw error
    }
    terminal.out(`No console is served: ${error.message}`)
    return undefined
  }
}
