/** Reads arguments by the declared options. Node's `parseArgs` splits them; this adds choices and the nearest name of a misspelt option. */
import { parseArgs } from 'node:util'
import { describe } from '../std/text/describe.js'
import { nearestName } from '../std/text/nearest-name.js'
import { UsageError, type OptionSpecs, type Values } from './command.js'

export interface Parsed<T extends OptionSpecs> {
  readonly values: Values<T>
  readonly positionals: readonly string[]
}

/** @throws {UsageError} that names the option or argument. */
export function parse<T extends OptionSpecs>(options: T, args: readonly string[]): Parsed<T> {
  const { values, positionals } = parsed(options, args)
  for (const [name, { choices }] of Object.entries(options)) {
    const value = values[name]
    if (choices === undefined || value === undefined || choices.some((choice) => choice === value)) continue
    throw new UsageError(`--${name} must be ${choices.join(', ')}, got ${describe(value)}`)
  }
  return { values: values as Values<T>, positionals }
}

function parsed(options: OptionSpecs, args: readonly string[]) {
  try {
    const declared = Object.fromEntries(
      Object.entries(options).map(([name, { type, short, multiple = false }]) => [
        name,
        { type, multiple, ...(short === undefined ? {} : { short }) },
      ]),
    )
    return parseArgs({ args: [...args], allowPositionals: true, options: declared })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const [, unknown] = /^Unknown option '(--?[^']*)'/.exec(error.message) ?? []
    if (unknown === undefined) throw new UsageError(error.message)
    const near = nearestName(unknown.replace(/^-+/, ''), Object.keys(options))
    throw new UsageError(`there is no option ${unknown}${near === undefined ? '' : `; did you mean --${near}?`}`)
  }
}

/**
 * The headers that lines of an option give. Values may be secret, so error messages never show them.
 * @throws {UsageError} naming the option.
 */
export function parseHeaders(option: string, lines: readonly string[]): Record<string, string> {
  const entries = lines.map((line): [string, string] => {
    const [, name, value] = /^([^\s:]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new UsageError(`${option} must be 'name: value'`)
    return [name, value]
  })
  return Object.fromEntries(entries)
}
