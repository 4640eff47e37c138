/** Builds complete HTTP responses from the result of a function or from an error. */
import { ErrorCode } from '../../../../errors.js'
import { JsonText } from '../../../../wire/protocol/json-text.js'
import { MAX_JSON_NODES } from '../../../../wire/protocol/limits.js'
import { toErrorBody } from '../../../../wire/protocol/error-body.js'
import { isRecord } from '../../../../wire/protocol/validate.js'
import { MAX_HEADERS } from '../../../../wire/transport/ws-accept.js'
import type { Random } from '../../../../std/random.js'
import { type Headers, readHeaders } from './response-headers.js'
import type { ServerResponse } from 'node:http'

/** Status and headers of a response. */
export interface Head {
  readonly status: number
  readonly headers: Headers
}

/** A response that is sent at once. */
export interface WholeResponse extends Head {
  readonly body: string
}

const JSON_TYPE = ['application/json']

/** Statuses of a final response: 1xx are interim, and a status has three digits. */
const MIN_STATUS = 200
const MAX_STATUS = 999

/** The response for a non-null result of a function. */
export function answerFrom(returned: unknown): WholeResponse {
  const value = returned instanceof JsonText ? returned.open() : returned
  const { status_code, headers: wanted, body = {} } = isRecord(value) ? value : {}
  const status = isStatus(status_code, MAX_STATUS) ? status_code : 200
  const headers = readHeaders(wanted)
  // The length is computed here; a `content-length` from the function could be wrong.
  headers.delete('content-length')
  if (!headers.has('content-type')) {
    headers.set('content-type', JSON_TYPE)
    return { status, headers, body: body instanceof JsonText ? body.text : JSON.stringify(body) }
  }
  if (body === null) return { status, headers, body: '' }
  return { status, headers, body: bodyText(body) }
}

/** A string is sent unchanged, any other value as JSON. */
function bodyText(body: unknown): string {
  const value = body instanceof JsonText && body.text.startsWith('"') ? body.parse() : body
  if (value instanceof JsonText) return value.text
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Whether a value is a valid status of a response. */
export function isStatus(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= MIN_STATUS && value <= max
}

/** 500 with the code and message of the error, and an id that identifies it in the log. */
export function failed(thrown: unknown, random: Random): WholeResponse & { readonly errorId: string } {
  const { code, message } = toErrorBody(thrown)
  const errorId = random.uuid().replaceAll('-', '').slice(0, 12)
  return { ...jsonAnswer(500, { error: { code, message, error_id: errorId } }), errorId }
}

/** 422: the condition function returned false. */
export function conditionNotMet(): WholeResponse {
  const error = { code: ErrorCode.CONDITION_NOT_MET, message: 'Request condition not met' }
  return jsonAnswer(422, { error, skipped: true })
}

/** 504: a middleware did not answer in time. */
export function middlewareTimedOut(functionId: string, timeoutMs: number): WholeResponse {
  const message = `Middleware ${functionId} did not answer within ${String(timeoutMs)} ms of the request`
  return errorAnswer(504, ErrorCode.MIDDLEWARE_TIMEOUT, message)
}

/** 504 without a body: the handler did not answer in time. */
export function timedOut(): WholeResponse {
  return { status: 504, headers: new Map(), body: '' }
}

/** 400: the request is not valid HTTP. */
export function badRequest(message: string): WholeResponse {
  return errorAnswer(400, ErrorCode.INVALID_ARGUMENTS, message)
}

/** 431: the request has too many headers. */
export function tooManyHeaders(): WholeResponse {
  return errorAnswer(431, ErrorCode.INVALID_ARGUMENTS, `A request may have ${String(MAX_HEADERS)} headers`)
}

/** 404: no route at this path. */
export function notFound(): WholeResponse {
  return errorAnswer(404, ErrorCode.NOT_FOUND, 'Not Found')
}

/** 405: the path exists for other methods only. */
export function methodNotAllowed(allowed: readonly string[]): WholeResponse {
  return { status: 405, headers: new Map([['allow', [allowed.join(', ')]]]), body: '' }
}

/** 413: a JSON body above the size limit. */
export function bodyTooLarge(maxBytes: number): WholeResponse {
  const message = `A JSON body may have ${String(maxBytes)} bytes; send larger ones with another content type and read them from request_body`
  return errorAnswer(413, ErrorCode.MESSAGE_TOO_LARGE, message)
}

/** 408: a JSON body that stopped arriving while others waited to be read. */
export function bodyTooSlow(): WholeResponse {
  const message = 'The body arrived too slowly while other requests waited; send it again'
  return errorAnswer(408, ErrorCode.TIMEOUT, message)
}

/** 413: a JSON body with too many values. */
export function tooManyValues(): WholeResponse {
  const message = `A JSON body may hold ${String(MAX_JSON_NODES)} values; send more with another content type and read them from request_body`
  return errorAnswer(413, ErrorCode.MESSAGE_TOO_LARGE, message)
}

/** 503: too many requests are waiting. */
export function overloaded(): WholeResponse {
  return errorAnswer(503, ErrorCode.PENDING_QUEUE_FULL, 'Too many requests are waiting; try again later')
}

function errorAnswer(status: number, code: ErrorCode, message: string): WholeResponse {
  return jsonAnswer(status, { error: { code, message } })
}

function jsonAnswer(status: number, body: object): WholeResponse {
  return { status, headers: new Map([['content-type', JSON_TYPE]]), body: JSON.stringify(body) }
}

/** Sets the head of a response. It is sent with the first piece of the body. */
export function writeHead(response: ServerResponse, { status, headers }: Head): void {
  response.statusCode = status
  for (const [name, values] of headers) response.setHeader(name, values)
}

/** Sends a complete response. */
export function writeAnswer(response: ServerResponse, answer: WholeResponse): void {
  writeHead(response, answer)
  // Bytes, since Node writes the headers in the encoding of a text that follows.
  response.end(Buffer.from(answer.body))
}
