/**
 * The way of one request through a route: global middleware, condition, the route's middleware, handler. Yields the
 * response as an answer or as the start of a stream; does not write it.
 */
import { callBound, conditionHolds, type Trace } from '../../fire.js'
import type { EngineHost, HostCall } from '../../builtin.js'
import { answerFrom, bodyTooLarge, conditionNotMet, type Answer } from './answer.js'
import type { Exchange } from './exchange.js'
import type { HttpConfig } from './http-config.js'
import { runMiddleware, type MiddlewareList } from './middleware.js'
import { collectBody, isJson, MAX_JSON_BODY_BYTES, parseJson, pipeBody, sendBody } from './request-body.js'
import { middlewareInput, payloadOf, type RequestParts } from './request-payload.js'
import type { RouteMatch } from './routes.js'
import { readStart, type StreamStart } from './streamed-response.js'

/** A response that is ready to be written. */
export type Outcome =
  { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'stream'; readonly start: StreamStart }

/** What the way of a request is made of. */
export interface PipelineInput {
  readonly host: EngineHost
  readonly config: HttpConfig
  readonly exchange: Exchange
  readonly match: RouteMatch
  readonly parts: RequestParts
  /** What the calls made for the request belong to. */
  readonly trace: Trace
}

/** What every call made for a request carries. */
type CallExtra = Pick<HostCall, 'traceparent' | 'baggage' | 'signal'>

/**
 * Takes a request through its route.
 * @throws {ExchangeEnded} when the client leaves or the time is over; `InvocationError` when a function fails.
 */
export async function runPipeline(input: PipelineInput): Promise<Outcome> {
  const { host, config, exchange, match, parts, trace } = input
  const { binding } = match.route
  const extra: CallExtra = { ...trace, signal: exchange.signal }
  const callMiddleware = (list: MiddlewareList): Promise<Answer | undefined> => {
    if (list.ids.length === 0) return Promise.resolve(undefined)
    const data = middlewareInput(match, parts)
    return runMiddleware({ host, exchange }, list, { ...extra, data, timeoutMs: config.defaultTimeoutMs })
  }

  const early = await callMiddleware({ ids: config.middleware })
  if (early !== undefined) return { kind: 'answer', answer: early }
  const body = await readBody(exchange, parts)
  if (body === 'too-large') return { kind: 'answer', answer: bodyTooLarge(MAX_JSON_BODY_BYTES) }
  const payload = payloadOf(match, parts, body === 'raw' ? null : parseJson(body))
  if (!(await exchange.during(conditionHolds(host, binding, { data: payload, ...extra })))) {
    return { kind: 'answer', answer: conditionNotMet() }
  }
  const { namespace, access } = binding
  const late = await callMiddleware({ ids: match.route.middleware, namespace, access })
  if (late !== undefined) return { kind: 'answer', answer: late }
  return runHandler(input, { payload, body, extra })
}

/** A JSON body whole; any other stays on the wire. */
async function readBody(exchange: Exchange, parts: RequestParts): Promise<Buffer | 'raw' | 'too-large'> {
  if (!isJson(parts.headers['content-type'])) return 'raw'
  return (await exchange.during(collectBody(exchange.request, MAX_JSON_BODY_BYTES))) ?? 'too-large'
}

interface HandlerInput {
  readonly payload: object
  readonly body: Buffer | 'raw'
  readonly extra: CallExtra
}

async function runHandler({ host, exchange, match }: PipelineInput, input: HandlerInput): Promise<Outcome> {
  const { payload, body, extra } = input
  const { binding } = match.route
  const requestBody = host.channels.createOutgoing()
  exchange.onOver(() => requestBody.destroy())
  const response = host.channels.createIncoming()
  exchange.onOver(() => response.destroy())
  if (body === 'raw') pipeBody(exchange.request, requestBody)
  else sendBody(requestBody, body)
  const stream = readStart(response.items[Symbol.asyncIterator]()).then((start): Outcome => ({ kind: 'stream', start }))
  const data = { ...payload, request_body: requestBody.reader, response: response.writer }
  const result = callBound(host, binding, { data, ...extra, metadata: binding.metadata })
  // No value means that the response is, or will be, in the channel. When both are there, the channel counts.
  const value = result.then((returned): Outcome | Promise<Outcome> =>
    returned === undefined || returned === null ? stream : { kind: 'answer', answer: answerFrom(returned) },
  )
  return exchange.during(Promise.race([stream, value]))
}
