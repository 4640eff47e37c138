#!/usr/bin/env node
/**
 * The `iii-node` command: selects a subcommand and loads only its module, prints help, and turns errors into exit
 * codes.
 */
import { safeLines } from '../std/text/one-line.js'
import { packageVersion } from '../version.js'
import { UsageError, wantsColour, type Command, type Terminal } from './command.js'
import { whenLauncherIsGone } from './launcher.js'

/** A subcommand whose module is not loaded yet. */
interface Entry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Command>
}

const commands: readonly Entry[] = [
  {
    name: 'engine',
    summary: 'run the local engine',
    load: async () => (await import('./engine-command.js')).engineCommand,
  },
  {
    name: 'dev',
    summary: 'run a worker on the local engine and restart it when its code changes',
    load: async () => (await import('./dev-command.js')).devCommand,
  },
  {
    name: 'console',
    summary: 'serve the console in front of an engine',
    load: async () => (await import('./console-command.js')).consoleCommand,
  },
  {
    name: 'call',
    summary: 'call a function and print its result',
    load: async () => (await import('./call-command.js')).callCommand,
  },
]

const help = `Usage: iii-node <command> [options]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`).join('\n')}

\`iii-node <command> --help\` describes a command; \`iii-node --version\` prints the version.`

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
    return 0
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.out(help)
    return name === undefined ? 2 : 0
  }
  const entry = commands.find((candidate) => candidate.name === name)
  if (entry === undefined) {
    terminal.err(`iii-node: unknown command '${name}'\n\n${help}`)
    return 2
  }
  const command = await entry.load()
  // Arguments after `--` are passed on.
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  if (own.includes('--help') || own.includes('-h')) {
    terminal.out(command.help)
    return 0
  }
  return run(name, command, args)
}

async function run(name: string, command: Command, args: readonly string[]): Promise<number> {
  try {
    return await command.run(args, terminal)
  } catch (error) {
    const isMisuse = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
    const reason = error instanceof Error ? error.message : String(error)
    terminal.err(`iii-node ${name}: ${safeLines(reason)}`)
    if (isMisuse) terminal.err(`\n${command.help}`)
    return isMisuse ? 2 : 1
  }
}
