/**
 * Resolves one setting of telemetry: the option takes precedence over the variable, and the variable over the default.
 * An invalid variable counts as unset, since the operator of a program may not be its author. An invalid option is an
 * error.
 */
import { env } from 'node:process'
import { invalidArgument, type RuntimeError } from '../../errors.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { describeUnknownOption, UnknownOptions } from '../../std/text/unknown-options.js'

/** A setting: the name and value of its option, and the variable that is used without the option. */
export interface Setting {
  readonly name: string
  readonly value: unknown
  readonly variable?: string | undefined
}

const OFF: readonly string[] = ['false', '0', 'no', 'off']
const ON: readonly string[] = ['true', '1', 'yes', 'on']

/** A switch. Its variable accepts the words for the opposite of the default; any other text leaves the default. */
export function flagSetting({ name, value, variable }: Setting, fallback: boolean): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw invalidOption(name, 'true or false', value)
  const turning = fallback ? OFF : ON
  const isTurned = turning.includes(readVariable(variable)?.trim().toLowerCase() ?? '')
  return value ?? (isTurned ? !fallback : fallback)
}

/** A string. A blank one counts as unset. */
export function textSetting({ name, value, variable }: Setting): string | undefined {
  if (value !== undefined && typeof value !== 'string') throw invalidOption(name, 'a string', value)
  return value === undefined || value.trim() === '' ? readVariable(variable) : value
}

/** The accepted range of a number. */
export interface NumberRule {
  readonly fallback: number | (() => number)
  readonly minimum: number
  readonly maximum?: number
  readonly integer?: boolean
  readonly variable?: string
}

/** A number. `NaN` is the value of `Number(process.env.UNSET)`, so it counts as unset. */
export function numberSetting({ name, value, variable }: Setting, rule: NumberRule): number {
  const isGiven = value !== undefined && !Number.isNaN(value)
  if (isGiven && !isWithin(value, rule)) throw invalidOption(name, bounds(rule), value)
  if (isGiven) return value as number
  const read = Number(readVariable(variable) ?? Number.NaN)
  if (isWithin(read, rule)) return read
  return typeof rule.fallback === 'number' ? rule.fallback : rule.fallback()
}

function isWithin(value: unknown, { minimum, maximum = Number.MAX_VALUE, integer = false }: NumberRule): boolean {
  return typeof value === 'number' && value >= minimum && value <= maximum && (!integer || Number.isInteger(value))
}

function bounds({ minimum, maximum, integer = false }: NumberRule): string {
  const least = `${integer ? 'an integer' : 'a number'} of at least ${String(minimum)}`
  return maximum === undefined || maximum === Infinity ? least : `${least} and at most ${String(maximum)}`
}

/** Blank variables count as unset. */
export function readVariable(name: string | undefined): string | undefined {
  const value = name === undefined ? undefined : env[name]
  return value === undefined || value.trim() === '' ? undefined : value
}

export function invalidOption(name: string, expected: string, seen: unknown): RuntimeError {
  return invalidArgument(`otel.${name}`, expected, seen)
}

/** An object; members that nothing reads are a warning of the process, once for each name. */
export function checkOptions(argument: string, value: unknown, known?: ReadonlySet<string>): void {
  if (!isRecord(value)) throw invalidArgument(argument, 'an object', value)
  if (known !== undefined) unknown.check(argument, value, known)
}

/** There may be no worker that could report them. */
const unknown = new UnknownOptions((option) => {
  process.emitWarning(describeUnknownOption(option))
})

export function checkFunction(argument: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidArgument(argument, 'a function', value)
}

/** A string that is not blank. */
export function checkName(argument: string, value: unknown): void {
  if (typeof value !== 'string' || value.trim() === '') {
    throw invalidArgument(argument, 'a string that is not blank', value)
  }
}

/** A string or nothing. */
export function checkText(argument: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') throw invalidArgument(argument, 'a string', value)
}

/** An object of OpenTelemetry, recognised by a method, so that any version and copy of its packages is accepted. */
export function checkKind(argument: string, expected: string, { value, method }: Kind): void {
  const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null
  const found = isObject ? (value as Readonly<Record<string, unknown>>)[method] : undefined
  if (typeof found !== 'function') throw invalidArgument(argument, expected, value)
}

/** A value and the method that identifies its kind. */
interface Kind {
  readonly value: unknown
  readonly method: string
}
