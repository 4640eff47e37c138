/**
 * Defines the interface of a subcommand and its exit codes: 0 for success, 2 for wrong usage, 1 for failure. Errors are
 * one line on stderr.
 */

/** Input and output of a command. Outside tests these are the streams of the process. */
export interface Terminal {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Clears the terminal. */
  readonly clear: () => void
  readonly stdin: NodeJS.ReadableStream
  /** Whether stderr is a terminal. */
  readonly isTty: boolean
  /** Whether stderr gets colours. */
  readonly isColoured: boolean
  /** Resolves on a request to stop: Ctrl-C, SIGTERM, or the end of the package manager that runs the command. */
  readonly interrupted: () => Promise<void>
}

export interface Command {
  /** The text that `--help` prints. */
  readonly help: string
  /** @returns the exit code. */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>
}

/** Whether output to a terminal gets colours (https://no-color.org). */
export function wantsColour(isTty: boolean, { NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>): boolean {
  return isTty && (NO_COLOR ?? '') === '' && TERM !== 'dumb'
}

/** The command line has an unknown option, a missing argument or an invalid value. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
