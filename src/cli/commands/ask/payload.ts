/** Payloads as one writes them on a command line: JSON, `-` for stdin, or members such as `name=Ada` and `count:=2`. */
import { text } from 'node:stream/consumers'
import { describe } from '../../../std/text/describe.js'
import { UsageError } from '../../command.js'

/** A value in JSON; `-` reads it from stdin. */
export async function jsonArgument(argument: string, stdin: NodeJS.ReadableStream): Promise<unknown> {
  return parseJson(argument === '-' ? await text(stdin) : argument)
}

/** The payload of a call. @throws {UsageError} naming the argument. */
export async function payloadOf(words: readonly string[], stdin: NodeJS.ReadableStream): Promise<unknown> {
  const [first, extra] = words
  if (first === undefined) return {}
  if (!MEMBER.test(first)) {
    if (extra === undefined) return jsonArgument(first, stdin)
    throw new UsageError(`call takes one payload in JSON, or members such as a=1; got also ${describe(extra)}`)
  }
  return Object.fromEntries(words.map(member))
}

/** A name, and `=` or `:=`. JSON does not start with a name that is followed by these. */
const MEMBER = /^([^\s"'{}[\]=:][^\s"'{}[\]=]*?)(:?=)([^]*)$/

function member(word: string): [string, unknown] {
  const [, name, sign, value = ''] = MEMBER.exec(word) ?? []
  if (name === undefined) throw new UsageError(`expected a member such as a=1 or b:='{"x":2}', got ${describe(word)}`)
  return [name, sign === ':=' ? parseJson(value, `the member ${name}`) : value]
}

function parseJson(json: string, what = 'the payload'): unknown {
  if (json.trim() === '') return {}
  try {
    return JSON.parse(json)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`${what} is not JSON (${reason}), got ${describe(json)}`)
  }
}
