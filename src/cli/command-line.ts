/** Runs one command line: selects the command and loads only its module, prints help, and turns errors into exit codes. */
import { safeLines } from '../std/text/one-line.js'
import { nearestName } from '../std/text/nearest-name.js'
import { packageVersion } from '../version.js'
import { CommandError, Exit, UsageError, type CommandSpec, type Terminal } from './command.js'
import { commands } from './commands.js'
import { helpOf, helpOfAll, usageOf } from './print/help.js'

/** @returns the exit code. */
export async function runCommandLine([name, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === '--version' || name === '-v') {
    terminal.out(packageVersion)
    return Exit.OK
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.out(helpOfAll(commands))
    return name === undefined ? Exit.USAGE : Exit.OK
  }
  const spec = commands.find((candidate) => candidate.name === name)
  if (spec === undefined) {
    const names = commands.map((candidate) => candidate.name)
    const near = nearestName(name, names)
    const hint = near === undefined ? '' : `; did you mean \`${near}\`?`
    terminal.err(`iii-node: unknown command '${safeLines(name)}'${hint}\n\n${helpOfAll(commands)}`)
    return Exit.USAGE
  }
  // Arguments after `--` are passed on.
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  if ((own.includes('--help') || own.includes('-h')) && spec.helps?.(own) !== true) {
    terminal.out(helpOf(spec))
    return Exit.OK
  }
  return run(spec, args, terminal)
}

async function run(spec: CommandSpec, args: readonly string[], terminal: Terminal): Promise<number> {
  const runCommand = await spec.load()
  try {
    return await runCommand(args, terminal)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    terminal.err(`iii-node ${spec.name}: ${safeLines(reason)}`)
    if (error instanceof UsageError) terminal.err(`\n${usageOf(spec)}`)
    return error instanceof CommandError ? error.exitCode : Exit.FAILED
  }
}
