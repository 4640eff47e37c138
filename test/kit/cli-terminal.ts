/** Runs a command line in this process, on a terminal that records what is printed. */
import { Readable } from 'node:stream'
import { runCommandLine } from '../../src/cli/command-line.js'
import type { Screen } from '../../src/cli/command.js'
import { deferred } from '../../src/std/async/deferred.js'

/** A terminal of 80 columns, without colours so that its lines can be compared. */
export const EIGHTY_COLUMNS: Screen = { columns: 80, rows: 1_000, isColoured: false }

export interface CliRun {
  /** What was printed so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** Presses Ctrl-C. */
  readonly interrupt: () => void
  /** Resolves with the exit code. */
  readonly exitCode: Promise<number>
}

export interface CliRunOptions {
  /** The terminal of standard output; without it, output goes to a pipe. */
  readonly screen?: Screen
  readonly input?: string
  /** Whether the input is typed on a terminal. */
  readonly isTyped?: boolean
}

export function startCommand(
  args: readonly string[],
  { screen, input = '', isTyped = false }: CliRunOptions = {},
): CliRun {
  const out: string[] = []
  const err: string[] = []
  const interrupted = deferred<void>()
  const exitCode = runCommandLine(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    clear: () => undefined,
    stdin: Object.assign(Readable.from([input]), isTyped && { isTTY: true }),
    isTty: screen !== undefined,
    isColoured: false,
    screen,
    interrupted: () => interrupted.promise,
  })
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')
  return {
    stdout: () => text(out),
    stderr: () => text(err),
    interrupt: () => {
      interrupted.resolve()
    },
    exitCode,
  }
}

export async function runCommand(
  args: readonly string[],
  options: CliRunOptions = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const command = startCommand(args, options)
  const code = await command.exitCode
  return { code, stdout: command.stdout(), stderr: command.stderr() }
}
