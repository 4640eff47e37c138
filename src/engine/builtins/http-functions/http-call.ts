/**
 * Calls a function on another server: sends the payload as JSON in one request and turns the response into a result or
 * an error. Does not follow redirects, and reads at most the size of a message.
 */
import { createHmac } from 'node:crypto'
import { request as requestPlain, type Agent, type IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { LookupFunction } from 'node:net'
import { ErrorCode, InvocationError } from '../../../errors.js'
import { MAX_MESSAGE_BYTES } from '../../../wire/protocol/limits.js'
import type { UrlInvocation } from './invocation.js'

export interface OutboundRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly agent: Agent
  readonly lookup: LookupFunction
  readonly signal: AbortSignal
}

export interface HttpReply {
  readonly status: number
  readonly body: string
}

/** Call data that is sent in headers. */
export interface CallFacts {
  readonly functionId: string
  readonly invocationId: string
  readonly timestampSeconds: number
}

export function headersOf(invocation: UrlInvocation, body: Buffer, facts: CallFacts): Record<string, string> {
  const timestamp = String(facts.timestampSeconds)
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'x-iii-Function-Path': facts.functionId.replace(/[^\x21-\x7e]+/g, encodeURIComponent),
    'x-iii-Invocation-ID': facts.invocationId,
    'x-iii-Timestamp': timestamp,
    ...invocation.headers,
  }
  const { authorize } = invocation
  if (authorize.type === 'header') headers[authorize.name] = authorize.value
  else if (authorize.type === 'hmac') {
    const signed = `${timestamp}:${body.toString('base64')}`
    const signature = createHmac('sha256', authorize.secret).update(signed).digest('hex')
    headers['x-iii-Signature'] = `sha256=${signature}`
  }
  return headers
}

/**
 * Sends a request and reads the response.
 * @throws {InvocationError} `http_request_failed`, `http_response_failed` or `url_validation_failed`.
 */
export async function sendRequest(request: OutboundRequest): Promise<HttpReply> {
  const response = await responseTo(request)
  try {
    return { status: response.statusCode ?? 0, body: await readAll(response) }
  } catch (error) {
    throw failed(ErrorCode.http_response_failed, error)
  }
}

function responseTo({ url, body, headers, ...options }: OutboundRequest): Promise<IncomingMessage> {
  const { signal } = options
  const send = url.protocol === 'https:' ? requestSecure : requestPlain
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { ...options, headers: { ...headers, 'Content-Length': body.length } })
    outgoing.once('response', resolve)
    outgoing.once('error', (error) => {
      const cause: unknown = signal.aborted ? signal.reason : error
      reject(cause instanceof InvocationError ? cause : failed(ErrorCode.http_request_failed, cause))
    })
    // Also when the server switches to another protocol instead of answering.
    outgoing.once('close', () => {
      reject(failed(ErrorCode.http_request_failed, new Error('The connection was closed without an answer')))
    })
    outgoing.end(body)
  })
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_MESSAGE_BYTES) throw new Error(`The answer is longer than ${String(MAX_MESSAGE_BYTES)} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function failed(code: ErrorCode, cause: unknown): InvocationError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new InvocationError({ code, message }, { cause })
}
