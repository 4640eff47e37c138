/**
 * Options that nothing reads: reported with the nearest known name, since a typing error would otherwise pass for a
 * default. Not refused, so that a program written for another version of the package still runs.
 */
import { isRecord } from '../../wire/protocol/validate.js'
import { nearestName } from '../../std/text/nearest-name.js'

/** An option that nothing reads. */
export interface UnknownOption {
  readonly argument: string
  readonly option: string
  /** The known name that was probably meant. */
  readonly nearest: string | undefined
}

/** The names of all members of a type; the compiler misses none. */
export function keysOf<T>(keys: Readonly<Record<keyof Required<T>, true>>): readonly string[] {
  return Object.keys(keys)
}

/** The options among those given that are not known. */
export function unknownOptions(argument: string, given: unknown, known: readonly string[]): UnknownOption[] {
  if (!isRecord(given)) return []
  const unknown = Object.keys(given).filter((option) => !known.includes(option))
  return unknown.map((option) => ({ argument, option, nearest: nearestName(option, known) }))
}
