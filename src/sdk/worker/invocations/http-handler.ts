/**
 * Turns a handler of requests and responses into a function for the trigger type `http`: what it says about status and
 * headers travels as text ahead of the body.
 */
import { invalidArgument } from '../../../errors.js'
import { holdDrain } from '../../channel/writer.js'
import { isRecord, type JsonValue } from '../../../wire/protocol/validate.js'
import { checkFunction } from '../check.js'
import { streamedHeaders } from './http-answer.js'
import { HandlerContext, type InvocationContext } from './invocation-context.js'
import type { HttpResponse, StreamRequest, StreamResponse } from './http-request.js'

/* eslint-disable @typescript-eslint/no-explicit-any -- the body's type is the handler's claim, and payloads are any */
/**
 * Callback of `http()`: writes to `res`, or returns a response. `context` is the handler's own: a worker always passes it, and it is
 * undefined only where the function that `http` returns is called by hand without one. Its `signal` aborts when the
 * response can no longer reach the client, also after the callback has returned: the client left, or the worker shut down.
 */
export type HttpCallback = (
  req: StreamRequest<any>,
  res: StreamResponse,
  context: InvocationContext,
) => Promise<void | HttpResponse>

/**
 * Turns a callback into a handler of HTTP requests.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a callback that is not a function. The function it returns rejects so for a
 * payload that is not an HTTP request.
 * @example
 * worker.registerFunction('report', http(async (req, res) => {
 *   res.status(200)
 *   res.headers({ 'content-type': 'text/csv' })
 *   res.stream.end('a,b\n1,2\n')
 * }))
 */
export function http(
  callback: HttpCallback,
): (req: any, metadata?: JsonValue, context?: InvocationContext) => Promise<any> {
  checkFunction('callback', callback)
  return async (payload: unknown, _metadata, context): Promise<void | HttpResponse> => {
    const given: Record<string, unknown> = isRecord(payload) ? payload : {}
    const { response, ...request } = given
    if (!isWriter(response)) throw invalidArgument('payload', 'an HTTP request with a response channel', payload)
    // The engine made the payload; its form was looked at as far as it is used here.
    const res = responseOver(response)
    holdDrain(response)
    if (context instanceof HandlerContext) abortWith(response.stream, context)
    // eslint-disable-next-line @typescript-eslint/no-non-null-assertion -- as its type says, a worker always passes it
    return callback(request as StreamRequest<any>, res, context!)
  }
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** The end a response is written to. */
interface ResponseWriter {
  readonly stream: NodeJS.WritableStream
  sendMessage(message: string): unknown
  close(): unknown
}

function isWriter(value: unknown): value is ResponseWriter {
  return isRecord(value) && typeof value['sendMessage'] === 'function' && typeof value['close'] === 'function'
}

/** Aborts the handler's signal when its response is cut. An `error` listener would hide that there is no other. */
export function abortWith(
  stream: NodeJS.WritableStream & { readonly errored?: Error | null },
  context: HandlerContext,
): void {
  stream.once('close', () => {
    if (stream.errored) context.abort(stream.errored)
  })
}

function responseOver(writer: ResponseWriter): StreamResponse {
  const send = (message: object): void => {
    writer.sendMessage(JSON.stringify(message))
  }
  return {
    status: (statusCode) => {
      const isStatus = Number.isInteger(statusCode) && statusCode >= 100 && statusCode <= 599
      if (!isStatus) throw invalidArgument('statusCode', 'a whole number from 100 to 599', statusCode)
      send({ type: 'set_status', status_code: statusCode })
    },
    headers: (headers) => send({ type: 'set_headers', headers: streamedHeaders(headers) }),
    stream: writer.stream,
    close: () => {
      writer.close()
    },
  }
}
