#!/usr/bin/env node
/**
 * The `iii-node` command: picks a subcommand, prints help, turns errors into exit codes.
 */
import { packageVersion } from '../version.js'
import { callCommand } from './call-command.js'
import { UsageError, type Command, type Terminal } from './command.js'
import { engineCommand } from './engine-command.js'

const commands: readonly Command[] = [engineCommand, callCommand]

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
  stdin: process.stdin,
  interrupted: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
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
  const command = commands.find((candidate) => candidate.name === name)
  if (command === undefined) {
    terminal.err(`iii-node: there is no command '${name}'\n\n${help}`)
    return 2
  }
  if (args.includes('--help') || args.includes('-h')) {
    terminal.out(command.help)
    return 0
  }
  return run(command, args)
}

async function run(command: Command, args: readonly string[]): Promise<number> {
  try {
    return await command.run(args, terminal)
  } catch (error) {
    const isMisuse = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
    const reason = error instanceof Error ? error.message : String(error)
    terminal.err(`iii-node ${command.name}: ${reason}`)
    if (isMisuse) terminal.err(`\n${command.help}`)
    return isMisuse ? 2 : 1
  }
}
