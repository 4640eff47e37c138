#!/usr/bin/env node
/**
 * The `iii-node` command: selects a subcommand and loads only its module, prints help, and turns errors into exit
 * codes.
 */
import { safeLines } from '../std/text/one-line.js'
import { packageVersion } from '../version.js'
import { nearestName } from '../std/text/nearest-name.js'
import { Exit, UsageError, wantsColour, type CommandSpec, type Terminal } from './command.js'
import { commands } from './commands.js'
import { whenLauncherIsGone } from './launcher.js'
import { helpOf, helpOfAll } from './print/help.js'

const terminal: Terminal = {
  out: (line) => {
    console.log(line)
  },
  err: (line) => {
    console.error(line)
  },
  clear: () => {
    // Clears the screen and the scrollback, and moves the cursor to the top.
    if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[3J\u001b[H')
  },
  stdin: process.stdin,
  isTty: process.stderr.isTTY,
  isColoured: wantsColour(process.stderr.isTTY, process.env),
  screen: process.stdout.isTTY
    ? {
        columns: process.stdout.columns,
        rows: process.stdout.rows,
        isColoured: wantsColour(process.stdout.isTTY, process.env),
      }
    : undefined,
  interrupted: () =>
    new Promise((resolve) => {
      whenLauncherIsGone(resolve)
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => {
          resolve()
        })
      }
    }),
}

process.exitCode = await main(process.argv.slice(2))

async function main([name, ...args]: readonly string[]): Promise<number> {
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
  return run(spec, args)
}

async function run(spec: CommandSpec, args: readonly string[]): Promise<number> {
  const runCommand = await spec.load()
  try {
    return await runCommand(args, terminal)
  } catch (error) {
    const isMisuse = error instanceof UsageError
    const reason = error instanceof Error ? error.message : String(error)
    terminal.err(`iii-node ${spec.name}: ${safeLines(reason)}`)
    if (isMisuse) terminal.err(`\n${helpOf(spec)}`)
    return isMisuse ? Exit.USAGE : Exit.FAILED
  }
}
