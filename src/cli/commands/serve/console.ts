/** `iii-node console`: serves the console in front of an engine in another process. */
import { describe } from '../../../std/text/describe.js'
import { DEFAULT_ENGINE_URL } from '../../../wire/protocol/names.js'
import { isEngineAddress } from '../../../wire/transport/address.js'
import { dialThrough } from '../../../wire/transport/reach.js'
import type { Dial } from '../../../wire/transport/transport.js'
import { Exit, UsageError, type RunCommand, type Values } from '../../command.js'
import { consoleOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { schemasOf } from '../../../generate/read-schemas.js'
import { commandError, headersOf, reachOf, withEngine } from '../ask/connection.js'
import { parseTrust } from './listen-options.js'
import { consoleArguments, serveConsole } from './start-console.js'

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(consoleOptions, args)
  if (positionals.length > 0) throw new UsageError(`console takes no arguments, got ${describe(positionals[0])}`)
  const headers = headersOf(values)
  const url = values.url ?? process.env['III_URL'] ?? DEFAULT_ENGINE_URL
  if (!url.startsWith('ws') || !isEngineAddress(url))
    throw new UsageError(`--url must be a ws:// or wss:// address, got ${describe(url)}`)
  const options = consoleArguments(values, parseTrust(values))
  const schemas = () => withEngine({ name: 'openapi', values }, ({ worker }) => schemasOf(worker.trigger))
  const interrupted = terminal.interrupted()
  const served = await serveConsole({ url, dial: dialTo(url, values), headers, schemas }, options)
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
