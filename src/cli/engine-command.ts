/** `iii-node engine`: runs the local engine until it receives a request to stop. */
import { parseArgs } from 'node:util'
import { startCliConsole } from './console-options.js'
import type { Command } from './command.js'
import { engineOptions, engineOptionsHelp, readEngineOptions, startCliEngine, terminalLog } from './engine-options.js'

const help = `Usage: iii-node engine [options]

Runs the local engine: one process, for development and tests. Ctrl-C stops it.

Options:
${engineOptionsHelp}
  --help               print this text`

export const engineCommand: Command = {
  help,
  async run(args, terminal) {
    const options = readEngineOptions(parseArgs({ args: [...args], options: engineOptions }).values)
    // Listens for signals before the start, so that Ctrl-C works during start-up, too.
    const interrupted = terminal.interrupted()
    const engine = await startCliEngine(options, terminal, terminalLog(options, terminal))
    const served = await startCliConsole(engine, options.console, terminal)
    terminal.out('Press Ctrl-C to stop.')
    await interrupted
    await served?.close()
    await engine.close()
    return 0
  },
}
