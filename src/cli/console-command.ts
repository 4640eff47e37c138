/** `iii-node console`: serves the console in front of an engine in another process. */
import { parseArgs } from 'node:util'
import { startConsole } from '../console-server/console-server.js'
import { DEFAULT_ENGINE_URL } from '../wire/protocol/names.js'
import { dialWebSocket } from '../wire/transport/ws-dial.js'
import { parseHeaders } from './call-command.js'
import type { Command } from './command.js'
import { consoleOptions, consoleOptionsHelp, readConsoleOptions } from './console-options.js'
import { trustHelp, trustOptions } from './trust-options.js'

const help = `Usage: iii-node console [options]

Serves the console in front of any engine, also one on another machine. Ctrl-C stops it.

Options:
  --url <ws-url>       the engine's address (default: III_URL, else ${DEFAULT_ENGINE_URL})
  --token <token>      for a guarded engine: sent as 'authorization: Bearer <token>'
  --header <header>    'name: value', sent with the handshake; may be given several times
${consoleOptionsHelp
  .split('\n')
  .filter((line) => !line.includes('--no-console'))
  .join('\n')}
${trustHelp}
  --help               print this text

Example:
  iii-node console --url ws://127.0.0.1:49134`

export const consoleCommand: Command = {
  help,
  async run(args, terminal) {
    const { 'no-console': _, ...shared } = consoleOptions
    const { values } = parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        token: { type: 'string' },
        header: { type: 'string', multiple: true },
        ...shared,
        ...trustOptions,
      },
    })
    const headers = parseHeaders(values.header ?? [], values.token)
    const url = values.url ?? process.env['III_URL'] ?? DEFAULT_ENGINE_URL
    const interrupted = terminal.interrupted()
    const served = await startConsole({ url, dial: dialWebSocket, headers }, readConsoleOptions(values))
    terminal.out(`  console  ${served.url}\nPress Ctrl-C to stop.`)
    await interrupted
    await served.close()
    return 0
  },
}
