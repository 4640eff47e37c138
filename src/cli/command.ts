/**
 * The vocabulary of the command line: what a command declares, the terminal it runs in, and its exit codes. The list of
 * all commands is in `commands.ts`.
 */

/** Meaning of the exit codes. */
export const Exit = {
  OK: 0,
  /** The engine or a function reported an error. */
  FAILED: 1,
  /** The command line is wrong. */
  USAGE: 2,
  /** The engine could not be reached, or it denied access. */
  NO_ENGINE: 3,
  /** What the command line names does not exist. */
  NOT_FOUND: 4,
} as const

/** What an engine has names of, for completion. `ids` are those of functions and workers. */
export type NameKind =
  'functions' | 'ids' | 'namespaces' | 'queues' | 'letters' | 'streams' | 'groups' | 'scopes' | 'workflows' | 'runs'

/** Options whose values are names. */
export const OPTION_NAMES: Readonly<Record<string, NameKind>> = {
  enqueue: 'queues',
  function: 'functions',
  namespace: 'namespaces',
}

/** One option of a command. Help, completion and the reference are made from it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  /** Placeholder of the value, such as `<file>`. */
  readonly value?: string
  /** Values to choose from. */
  readonly choices?: readonly string[]
  readonly about: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** A command as the list of commands declares it. Its module is loaded when it runs. */
export interface CommandSpec {
  readonly name: string
  readonly summary: string
  /** What follows the name in each form of the command. */
  readonly usage: readonly string[]
  /** Paragraphs of the help. */
  readonly about: readonly string[]
  readonly options: OptionSpecs
  /** The words that the first argument can be. */
  readonly words?: readonly string[]
  /** What each argument can be: a name that the engine has, or one of the words. */
  readonly places?: readonly (NameKind | readonly string[])[]
  /** What `--json` prints. */
  readonly json?: string
  readonly examples: readonly string[]
  /** Whether the command itself answers `--help` for these arguments. */
  readonly helps?: (args: readonly string[]) => boolean
  readonly load: () => Promise<RunCommand>
}

/** Runs a command. @returns the exit code. */
export type RunCommand = (args: readonly string[], terminal: Terminal) => Promise<number>

/** Values of declared options, as `parseArgs` returns them. */
export type Values<T extends OptionSpecs> = {
  readonly [Name in keyof T]?: T[Name] extends { readonly type: 'boolean' }
    ? boolean | undefined
    : T[Name] extends { readonly multiple: true }
      ? string[] | undefined
      : T[Name] extends { readonly choices: readonly (infer Choice)[] }
        ? Choice | undefined
        : string | undefined
}

/** The size and colours of standard output when it is a terminal. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  readonly isColoured: boolean
}

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
  /** Set when stdout is a terminal. */
  readonly screen: Screen | undefined
  /** Resolves on a request to stop: Ctrl-C, SIGTERM, or the end of the package manager that runs the command. */
  readonly interrupted: () => Promise<void>
}

/** Whether output to a terminal gets colours (https://no-color.org). */
export function wantsColour(isTty: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTty && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

/** Why a command ends, and its exit code. The message is one line on stderr. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = Exit.FAILED) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The command line has an unknown option, a missing argument or an invalid value. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError'

  constructor(message: string) {
    super(message, Exit.USAGE)
  }
}

/** What the command line names does not exist. */
export class NotFoundError extends CommandError {
  override readonly name = 'NotFoundError'

  constructor(message: string) {
    super(message, Exit.NOT_FOUND)
  }
}
