/**
 * Reports options that nothing reads, such as misspelt ones. Each name is reported once for each argument, so that a
 * call in a loop is reported once. The options beside it apply.
 */
import { isRecord } from '../../wire/protocol/validate.js'
import { nearestName } from '../../std/text/nearest-name.js'
import type { Report } from './diagnostics.js'

/** Names are remembered up to this number; further ones are not reported, since a program may compute them. */
const MAX_NAMES = 100

/** The names of all members of a type; the compiler misses none. */
export function keysOf<T>(keys: Readonly<Record<keyof Required<T>, true>>): ReadonlySet<string> {
  return new Set(Object.keys(keys))
}

export class UnknownOptions {
  readonly #report: Report
  readonly #seen = new Set<string>()

  constructor(report: Report) {
    this.#report = report
  }

  /** Reports the options among those given that are not known. */
  check(argument: string, given: unknown, known: ReadonlySet<string>): void {
    if (!isRecord(given)) return
    for (const option in given) if (!known.has(option)) this.#note(argument, option, known)
  }

  #note(argument: string, option: string, known: ReadonlySet<string>): void {
    const key = `${argument}\n${option}`
    if (this.#seen.has(key) || this.#seen.size >= MAX_NAMES) return
    this.#seen.add(key)
    this.#report({ kind: 'unknown_option', argument, option, nearest: nearestName(option, [...known]) })
  }
}
