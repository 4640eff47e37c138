/** Checks the options of functions that start an engine: unknown names and values of a wrong type are errors. */
import { ErrorCode, invalidArgument, RuntimeError } from '../errors.js'
import { nearestName } from '../std/text/nearest-name.js'

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
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(accepted, name)) throw unknownOption(functionName, name, Object.keys(accepted))
    const [accepts, expected] = accepted[name as keyof Options]
    if (value !== undefined && !accepts(value)) throw invalidArgument(name, expected, value)
  }
}

function unknownOption(functionName: string, name: string, known: readonly string[]): RuntimeError {
  const near = nearestName(name, known)
  const advice = near === undefined ? `it has ${known.join(', ')}` : `did you mean '${near}'?`
  return new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${functionName} has no option '${name}'; ${advice}`)
}
