/** The options of the console that several commands share, and its start for an engine in this process. */
import { startConsole, type ConsoleServer } from '../../../console-server/console-server.js'
import type { ConsoleTarget } from '../../../console-server/console-link.js'
import type { OriginRules } from '../../../engine/access/origins.js'
import type { LocalEngine } from '../../../engine/engine.js'
import { RuntimeError } from '../../../errors.js'
import { UsageError, type Terminal } from '../../command.js'
import type { McpOverHttp } from '../../mcp/http.js'
import { parsePort } from './listen-options.js'

/** Which console is served. */
export interface ConsoleArguments {
  readonly port: number | undefined
  readonly readOnly: boolean
  /** Whether tools at `/mcp` may change something. */
  readonly allowsWrites: boolean
  readonly origins: OriginRules
}

interface Given {
  readonly 'console-port'?: string | undefined
  readonly 'console-read-only'?: boolean | undefined
  readonly 'allow-writes'?: boolean | undefined
  readonly 'no-console'?: boolean | undefined
}

/**
 * Checks the options. Returns `undefined` for no console.
 * @throws {UsageError} naming the option.
 */
export function readConsoleOptions(values: Given, origins: OriginRules): ConsoleArguments | undefined {
  const options = consoleArguments(values, origins)
  if (values['no-console'] !== true) return options
  const apart = options.port !== undefined ? '--console-port' : options.allowsWrites ? '--allow-writes' : undefined
  if (apart !== undefined) throw new UsageError(`${apart} and --no-console cannot be combined`)
  return undefined
}

/** The same for a command that always serves the console. */
export function consoleArguments(values: Omit<Given, 'no-console'>, origins: OriginRules): ConsoleArguments {
  const port = parsePort('--console-port', values['console-port'])
  const { 'console-read-only': readOnly = false, 'allow-writes': allowsWrites = false } = values
  if (readOnly && allowsWrites) throw new UsageError('--allow-writes and --console-read-only cannot be combined')
  return { port, readOnly, allowsWrites, origins }
}

/** Serves the console, and at `/mcp` of the same port tools for programs. */
export async function serveConsole(target: ConsoleTarget, options: ConsoleArguments): Promise<ConsoleServer> {
  const { allowsWrites, ...shown } = options
  let mcp: Promise<McpOverHttp> | undefined
  // Loaded by the first request, since most consoles get none.
  const opened = (): Promise<McpOverHttp> =>
    (mcp ??= import('../../mcp/http.js').then(({ McpOverHttp: Opened }) => new Opened({ ...target, allowsWrites })))
  const served = await startConsole(target, {
    ...shown,
    mcp: (request, response) => void opened().then((over) => over.answer(request, response)),
  })
  return {
    url: served.url,
    close: async () => {
      await served.close()
      await (await mcp)?.close()
    },
  }
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
    const served = await serveConsole({ url: engine.url, dial: engine.dial(), local: engine }, options)
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
