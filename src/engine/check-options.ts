/** Checks the options of functions that start an engine: unknown names and values of a wrong type are errors. */
import { ErrorCode, invalidArgument, RuntimeError } from '../errors.js'
import { unknownOptionText } from '../std/text/nearest-name.js'

/** Each option with the values it accepts, and their description in errors. */
export type AcceptedOptions<Options> = Readonly<
  Record<keyof Options, readonly [accepts: (value: unknown) => boolean, expected: string]>
>

/**
 * Checks the options of a function; an option that is `undefined` counts as not set.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the function or the option.
 */
export function checkOptions<Options extends object>(
  functionName: string,
  options: Options,
  accepted: AcceptedOptions<Options>,
): void {
  const isObject = typeof options === 'object' && (options as object | null) !== null && !Array.isArray(options)
  if (!isObject) throw invalidArgument('options', 'an object', options)
  checkNames(functionName, options, Object.keys(accepted))
  for (const [name, value] of Object.entries(options)) {
    const [accepts, expected] = accepted[name as keyof Options]
    if (value !== undefined && !accepts(value)) throw invalidArgument(name, expected, value)
  }
}

/** @throws {RuntimeError} `INVALID_ARGUMENT` for an option that the function does not have. */
export function checkNames(functionName: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, unknownOptionText(functionName, name, known))
  }
}
