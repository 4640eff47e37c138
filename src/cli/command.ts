/**
 * What a subcommand is, and how bad usage and bad luck end: one line on stderr, 2 for misuse, 1 for failure.
 */

/** Where a command reads and writes; the process's own outside tests. */
export interface Terminal {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Clears the screen of a terminal. */
  readonly clear: () => void
  readonly stdin: NodeJS.ReadableStream
  /** Whether a person reads stderr. */
  readonly isTty: boolean
  /** Whether that person wants colours. */
  readonly isColoured: boolean
  /** Resolves when the user asks to stop: Ctrl-C, SIGTERM, or the end of the package manager that runs this. */
  readonly interrupted: () => Promise<void>
}

export interface Command {
  /** What `--help` prints. */
  readonly help: string
  /** @returns the exit code. */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>
}

/** Whether a person who reads a terminal wants colours (https://no-color.org). */
export function wantsColour(isTty: boolean, { NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>): boolean {
  return isTty && (NO_COLOR ?? '') === '' && TERM !== 'dumb'
}

/** The command line was used in a way it does not understand. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
