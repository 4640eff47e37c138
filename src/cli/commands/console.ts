/** `iii-node console`: serves the console in front of an engine in another process. */
import { startConsole } from '../../console-server/console-server.js'
import { describe } from '../../std/text/describe.js'
import { DEFAULT_ENGINE_URL } from '../../wire/protocol/names.js'
import { isEngineAddress } from '../../wire/transport/address.js'
import { dialThrough } from '../../wire/transport/reach.js'
import type { Dial } from '../../wire/transport/transport.js'
import { Exit, UsageError, type Run, type Values } from '../command.js'
import { consoleOptions } from '../options.js'
import { parse } from '../parse.js'
import { commandError, headersOf, reachOf } from './connection.js'
import { parseTrust } from './listen-options.js'
import { readConsoleOptions } from './start-console.js'

export const run: Run = async (args, terminal) => {
  const { values, positionals } = parse(consoleOptions, args)
  if (positionals.length > 0) throw new UsageError(`console takes no arguments, got ${describe(positionals[0])}`)
  const headers = headersOf(values)
  const url = values.url ?? process.env['III_URL'] ?? DEFAULT_ENGINE_URL
  if (!url.startsWith('ws') || !isEngineAddress(url))
    throw new UsageError(`--url must be a ws:// or wss:// address, got ${describe(url)}`)
  const options = readConsoleOptions(values, parseTrust(values))
  const interrupted = terminal.interrupted()
  const served = await startConsole({ url, dial: dialTo(url, values), headers }, options)
  terminal.out(`  console  ${served.url}`)
  terminal.out('Press Ctrl-C to stop.')
  await interrupted
  await served.close()
  return Exit.OK
}

function dialTo(url: string, values: Values<typeof consoleOptions>): Dial {
  try {
    return dialThrough(reachOf(values), [url])
  } catch (error) {
    throw commandError(error)
  }
}
