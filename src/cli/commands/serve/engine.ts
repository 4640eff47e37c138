/** `iii-node engine`: runs the local engine until it receives a request to stop. */
import { describe } from '../../../std/text/describe.js'
import { Exit, UsageError, type RunCommand } from '../../command.js'
import { engineOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { startCliConsole } from './start-console.js'
import { readEngineOptions, startCliEngine, terminalLog } from './start-engine.js'

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(engineOptions, args)
  if (positionals.length > 0) throw new UsageError(`engine takes no arguments, got ${describe(positionals[0])}`)
  const options = readEngineOptions(values)
  // Listens for signals before the start, so that Ctrl-C works during start-up, too.
  const interrupted = terminal.interrupted()
  const engine = await startCliEngine(options, terminal, terminalLog(options, terminal))
  const served = await startCliConsole(engine, options.console, terminal)
  terminal.out('Press Ctrl-C to stop.')
  await interrupted
  await served?.close()
  await engine.close()
  return Exit.OK
}
