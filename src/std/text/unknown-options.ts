/**
 * Reports options that nothing reads, such as misspelt ones. Each name is reported once for each argument, so that a
 * call in a loop is reported once. The options beside it apply.
 */
import { nearestName } from './nearest-name.js'

/** Event: an unknown option was passed. */
export interface UnknownOption {
  /** The argument that holds the option, such as `registerFunction options`. */
  readonly argument: string
  /** The name that nothing reads. */
  readonly option: string
  /** The known name that was probably meant. */
  readonly nearest: string | undefined
}

/** Says which option of what is not known, and which one was probably meant. */
export function describeUnknownOption({ argument, option, nearest }: UnknownOption): string {
  return `Unknown option '${option}' in ${argument}${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`
}

/** Names are remembered up to this number; further ones are not reported, since a program may compute them. */
const MAX_NAMES = 100

/** The names of all members of a type; the compiler misses none. */
export function keysOf<T>(keys: Readonly<Record<keyof Required<T>, true>>): ReadonlySet<string> {
  return new Set(Object.keys(keys))
}

export class UnknownOptions {
  readonly #report: (unknown: UnknownOption) => void
  readonly #seen = new Set<string>()

  constructor(report: (unknown: UnknownOption) => void) {
    this.#report = report
  }

  /** Reports the options among those given that are not known. */
  check(argument: string, given: unknown, known: ReadonlySet<string>): void {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return
    for (const option in given) if (!known.has(option)) this.#note(argument, option, known)
  }

  #note(argument: string, option: string, known: ReadonlySet<string>): void {
    const key = `${argument}\n${option}`
    if (this.#seen.has(key) || this.#seen.size >= MAX_NAMES) return
    this.#seen.add(key)
    this.#report({ argument, option, nearest: nearestName(option, [...known]) })
  }
}
