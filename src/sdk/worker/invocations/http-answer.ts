/**
 * Converts the result of an HTTP handler into a form that every engine sends: bytes through the response channel,
 * header lists as lines, and a diagnostic where the engine would drop the value in silence. Invocations that are no HTTP
 * requests pass untouched.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { ErrorCode, RuntimeError } from '../../../errors.js'
import type { ChannelWriter } from '../../channel/writer.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { describeKind, messageOf, stackOf } from '../../../std/text/describe.js'
import type { Random } from '../../../std/random.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { FunctionHandler } from '../functions/function-handler.js'
import { failureAnsweredWith } from './answered-failure.js'
import type { InvocationContext } from './invocation-context.js'

export interface HttpAnswering {
  readonly report: Report
  readonly random: Random
  /** Whether a client receives the code and message of what a handler threw. */
  readonly exposeErrors: boolean
}

/** A handler whose answers to HTTP requests are checked and made sendable. */
export function answeringHttp(id: string, handler: FunctionHandler, answering: HttpAnswering): FunctionHandler {
  const reported = new Set<string>()
  const note = (problem: string): void => {
    if (reported.has(problem)) return
    reported.add(problem)
    answering.report({ kind: 'http_answer_ignored', functionId: id, problem })
  }
  const answer = async (payload: HttpPayload, run: () => unknown, context: InvocationContext): Promise<unknown> => {
    try {
      return await sendable(await run(), payload.response, note)
    } catch (thrown) {
      if (answering.exposeErrors) throw thrown
      throw hidden(thrown, { id, context, answering })
    }
  }
  return (payload: unknown, metadata, context) => {
    if (!isHttpPayload(payload)) return handler(payload, metadata, context) as unknown
    return answer(payload, () => handler(payload, metadata, context) as unknown, context)
  }
}

/** A request as the engine sends it, with a live response channel. */
interface HttpPayload extends Record<string, unknown> {
  readonly response: ChannelWriter
}

function isHttpPayload(payload: unknown): payload is HttpPayload {
  if (!isRecord(payload) || !isRecord(payload['trigger']) || payload['trigger']['type'] !== 'http') return false
  const { response } = payload
  return isRecord(response) && typeof response['sendMessage'] === 'function' && 'isUntouched' in response
}

async function sendable(value: unknown, response: ChannelWriter, note: (problem: string) => void): Promise<unknown> {
  if (value === undefined || value === null) {
    if (response.isUntouched)
      note(`${String(value)} and wrote nothing: unless it still writes, the client gets status 504`)
    return value
  }
  if (!isRecord(value)) {
    note(`${describeKind(value)}, which is not a response: the client got status 200 and the body {}`)
    return value
  }
  noteStatus(value, note)
  const { body } = value
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    await sendBytes(response, value, body)
    return undefined
  }
  return value['headers'] === undefined ? value : { ...value, headers: returnedHeaders(value['headers']) }
}

function noteStatus(value: Record<string, unknown>, note: (problem: string) => void): void {
  const { status_code: status } = value
  if (status === undefined) {
    const almost = ['statusCode', 'status'].find((name) => name in value)
    const instead = almost === undefined ? '' : `; \`${almost}\` is not read`
    if (!('body' in value))
      note(`an object without \`status_code\` and \`body\`${instead}: the client got status 200 and the body {}`)
    else if (almost !== undefined) note(`an object without \`status_code\`${instead}: the client got status 200`)
    return
  }
  const isSent = Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 999
  if (!isSent) note(`a \`status_code\` that is not a whole number from 200 to 999: the client got status 200`)
}

/**
 * Headers of a returned response in a form that keeps every value. Engines drop values of an object that are no strings;
 * only a list of `Name: value` lines can repeat a name.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming a header that HTTP cannot carry.
 */
function returnedHeaders(given: unknown): unknown {
  const pairs = headerPairs(given)
  const isPlain =
    isRecord(given) && !(Symbol.iterator in given) && Object.values(given).every((value) => typeof value === 'string')
  return isPlain ? given : pairs.map(([name, value]) => `${name}: ${value}`)
}

/**
 * Headers of a streamed response: one string per name. Values that repeat are joined by commas.
 * @throws {RuntimeError} `INVALID_ARGUMENT` as above, and for several cookies, which cannot be joined.
 */
export function streamedHeaders(given: unknown): Record<string, string> {
  const set = new Map<string, string>()
  for (const [original, value] of headerPairs(given)) {
    const name = original.toLowerCase()
    const present = set.get(name)
    if (present !== undefined && name === 'set-cookie')
      throw badHeader(
        "headers['set-cookie']",
        'takes one value in a response that is streamed or holds bytes; return text or JSON to set several cookies',
      )
    set.set(name, present === undefined ? value : `${present}, ${value}`)
  }
  return Object.fromEntries(set)
}

function headerPairs(given: unknown): [name: string, value: string][] {
  if (Array.isArray(given)) return given.map(pairOfLine)
  if (!isRecord(given))
    throw badHeader('headers', `must be an object or a list of "Name: value" lines, got ${describeKind(given)}`)
  // Members of these are no properties, so they would be lost.
  const isMap = given instanceof Headers || given instanceof Map
  const entries: Iterable<[unknown, unknown]> = isMap ? given : Object.entries(given)
  return [...entries].flatMap(([key, value]) => {
    const name = String(key)
    if (value === undefined || value === null) return []
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    return values.map((one): [string, string] => [name, headerText(name, one)])
  })
}

function pairOfLine(line: unknown, index: number): [name: string, value: string] {
  const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(String(line)) ?? []
  if (typeof line !== 'string' || name === '')
    throw badHeader(`headers[${String(index)}]`, 'must be a line such as "Name: value"')
  return [name.trim(), headerText(name.trim(), value)]
}

function headerText(name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw badHeader(`headers['${name}']`, `must be a string, a number or a list of them, got ${describeKind(value)}`)
  const text = String(value)
  try {
    validateHeaderName(name)
  } catch {
    throw badHeader(`headers['${name}']`, 'has a name that HTTP does not allow: use letters, digits and hyphens')
  }
  try {
    validateHeaderValue(name, text)
  } catch {
    const encoded = name.toLowerCase() === 'content-disposition' ? encodedFilename(text) : encodeURIComponent(text)
    const hint = `HTTP headers carry Latin-1 without line breaks; encode it, for example as ${encoded}`
    throw badHeader(`headers['${name}']`, `has a value that HTTP does not allow. ${hint}`)
  }
  return text
}

/** RFC 6266: the name of a file outside Latin-1. */
function encodedFilename(text: string): string {
  const name = /filename="?([^";]*)"?/i.exec(text)?.[1] ?? 'file'
  return `attachment; filename*=UTF-8''${encodeURIComponent(name)}`
}

function badHeader(name: string, problem: string): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${name} ${problem}`)
}

async function sendBytes(
  response: ChannelWriter,
  { status_code: status = 200, headers = {} }: Record<string, unknown>,
  body: ArrayBuffer | ArrayBufferView,
): Promise<void> {
  const sent = { 'content-type': 'application/octet-stream', ...streamedHeaders(headers) }
  void response.sendMessage(JSON.stringify({ type: 'set_status', status_code: status }))
  void response.sendMessage(JSON.stringify({ type: 'set_headers', headers: sent }))
  response.stream.end(
    ArrayBuffer.isView(body) ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : Buffer.from(body),
  )
  await response.close()
}

interface Hiding {
  readonly id: string
  readonly context: InvocationContext
  readonly answering: HttpAnswering
}

/** 500 with an id alone; what was thrown goes to the log and the diagnostics under that id. */
function hidden(thrown: unknown, { id, context, answering }: Hiding): Error {
  const errorId = answering.random.uuid().replaceAll('-', '').slice(0, 12)
  const facts = { error_id: errorId, message: messageOf(thrown), stack: stackOf(thrown) }
  context.logger.error('An HTTP request failed', facts)
  answering.report({ kind: 'http_error_hidden', functionId: id, errorId, error: thrown })
  const answer = { status_code: 500, body: { error: { error_id: errorId } } }
  return failureAnsweredWith('The request was answered with status 500', { answer, thrown })
}
