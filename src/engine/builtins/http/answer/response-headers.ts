/**
 * Reads the response headers that a function returns. Invalid names and values and headers of the connection are left
 * out, so that a function cannot break the framing of a response.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { isRecord } from '../../../../wire/protocol/validate.js'

/** Header values by lower-case name. */
export type Headers = ReadonlyMap<string, readonly string[]>

const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Reads an object of strings or a list of `Name: value` lines; only the list can repeat a name. */
export function readHeaders(wanted: unknown): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  for (const [name, value] of linesOf(wanted)) {
    const key = name.toLowerCase()
    const text = asBytes(value)
    if (!isSendable(key, text)) continue
    const present = headers.get(key)
    if (present === undefined) headers.set(key, [text])
    else present.push(text)
  }
  return headers
}

/** The UTF-8 bytes of a text, one per character, as Node writes headers. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function linesOf(value: unknown): [string, string][] {
  if (Array.isArray(value)) {
    return value
      .filter((line): line is string => typeof line === 'string' && line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()])
  }
  if (!isRecord(value)) return []
  return Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}

function isSendable(name: string, text: string): boolean {
  if (CONNECTION_HEADERS.has(name)) return false
  try {
    validateHeaderName(name)
    validateHeaderValue(name, text)
    return true
  } catch {
    return false
  }
}
