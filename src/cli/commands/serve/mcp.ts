/** `iii-node mcp`: serves tools about an engine on standard input and output, for programs that help programmers. */
import { describe } from '../../../std/text/describe.js'
import { Exit, UsageError, type RunCommand } from '../../command.js'
import { serveStdio } from '../../mcp/server.js'
import { mcpOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { withEngine } from '../ask/connection.js'

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(mcpOptions, args)
  if (positionals.length > 0) throw new UsageError(`mcp takes options only, got ${describe(positionals[0])}`)
  const interrupted = terminal.interrupted()
  return withEngine({ name: 'mcp', values, stays: true }, async (remote) => {
    await serveStdio({ remote, allowsWrites: values['allow-writes'] ?? false }, interrupted)
    return Exit.OK
  })
}
