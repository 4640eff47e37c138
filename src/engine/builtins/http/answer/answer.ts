/**
 * A response known as a whole, and how one is made from what a function returned or from what went wrong.
 */
import { ErrorCode } from '../../../../errors.js'
import { JsonText } from '../../../../wire/protocol/json-text.js'
import { MAX_JSON_NODES } from '../../../../wire/protocol/limits.js'
import { toErrorBody } from '../../../../wire/protocol/error-body.js'
import { isRecord } from '../../../../wire/protocol/validate.js'
import type { Random } from '../../../../std/random.js'
import { type Headers, readHeaders } from './response-headers.js'
import type { ServerResponse } from 'node:http'

/** Status and headers of a response. */
export interface Head {
  readonly status: number
  readonly headers: Headers
}

/** A response that is sent at once. */
export interface Answer extends Head {
  readonly body: string
}

const JSON_TYPE = ['application/json']

/** The statuses that end a request: 1xx only announce, and above 999 there is no third digit. */
const MIN_STATUS = 200
const MAX_STATUS = 999

/** The answer a function's non-null return value stands for. */
export function answerFrom(returned: unknown): Answer {
  const value = returned instanceof JsonText ? returned.open() : returned
  const { status_code, headers: wanted, body = {} } = isRecord(value) ? value : {}
  const status = isStatus(status_code, MAX_STATUS) ? status_code : 200
  const headers = readHeaders(wanted)
  // The length is counted here; a function's own idea of it can only be wrong.
  headers.delete('content-length')
  if (!headers.has('content-type')) {
    headers.set('content-type', JSON_TYPE)
    return { status, headers, body: body instanceof JsonText ? body.text : JSON.stringify(body) }
  }
  if (body === null) return { status, headers, body: '' }
  return { status, headers, body: bodyText(body) }
}

/** A text goes out as it is, anything else as JSON. */
function bodyText(body: unknown): string {
  const value = body instanceof JsonText && body.text.startsWith('"') ? body.parse() : body
  if (value instanceof JsonText) return value.text
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Whether a value can be the status of a response. */
export function isStatus(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= MIN_STATUS && value <= max
}

/** 500 with the code and message of whatever was thrown, and an id to find it in the log by. */
export function failed(thrown: unknown, random: Random): Answer & { readonly errorId: string } {
  const { code, message } = toErrorBody(thrown)
  const errorId = random.uuid().replaceAll('-', '').slice(0, 12)
  return { ...jsonAnswer(500, { error: { code, message, error_id: errorId } }), errorId }
}

/** 422: the condition function said no. */
export function conditionNotMet(): Answer {
  const error = { code: ErrorCode.CONDITION_NOT_MET, message: 'Request condition not met' }
  return jsonAnswer(422, { error, skipped: true })
}

/** 504: a middleware did not answer in time. */
export function middlewareTimedOut(functionId: string, timeoutMs: number): Answer {
  const message = `Middleware ${functionId} did not answer within ${String(timeoutMs)} ms of the request`
  return errorAnswer(504, ErrorCode.MIDDLEWARE_TIMEOUT, message)
}

/** 504 with nothing in it: the handler did not answer in time. */
export function timedOut(): Answer {
  return { status: 504, headers: new Map(), body: '' }
}

/** 400: the request is not HTTP as it should be. */
export function badRequest(message: string): Answer {
  return errorAnswer(400, ErrorCode.INVALID_ARGUMENTS, message)
}

/** 404: nothing is registered at this path. */
export function notFound(): Answer {
  return errorAnswer(404, ErrorCode.NOT_FOUND, 'Not Found')
}

/** 405: the path exists, but for other methods. */
export function methodNotAllowed(allowed: readonly string[]): Answer {
  return { status: 405, headers: new Map([['allow', [allowed.join(', ')]]]), body: '' }
}

/** 413: a JSON body over the cap. */
export function bodyTooLarge(maxBytes: number): Answer {
  const message = `A JSON body may have ${String(maxBytes)} bytes; send larger ones with another content type and read them from request_body`
  return errorAnswer(413, ErrorCode.MESSAGE_TOO_LARGE, message)
}

/** 413: a JSON body that holds too many values. */
export function tooManyValues(): Answer {
  const message = `A JSON body may hold ${String(MAX_JSON_NODES)} values; send more with another content type and read them from request_body`
  return errorAnswer(413, ErrorCode.MESSAGE_TOO_LARGE, message)
}

/** 503: too many requests are waiting already. */
export function overloaded(): Answer {
  return errorAnswer(503, ErrorCode.PENDING_QUEUE_FULL, 'Too many requests are waiting; try again later')
}

function errorAnswer(status: number, code: ErrorCode, message: string): Answer {
  return jsonAnswer(status, { error: { code, message } })
}

function jsonAnswer(status: number, body: object): Answer {
  return { status, headers: new Map([['content-type', JSON_TYPE]]), body: JSON.stringify(body) }
}

/** Sets the head of a response; it goes out with the first piece of the body. */
export function writeHead(response: ServerResponse, { status, headers }: Head): void {
  response.statusCode = status
  for (const [name, values] of headers) response.setHeader(name, values)
}

/** Sends a whole response. */
export function writeAnswer(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer)
  response.end(answer.body)
}
