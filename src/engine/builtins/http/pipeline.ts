/**
 * Runs one request through its route: global middleware, condition, middleware of the route, handler. Yields a complete
 * response or the start of a stream, and leaves writing to the server.
 */
import { withTextMembers } from '../../../wire/protocol/json-text.js'
import { callBound, conditionHolds, type Trace } from '../../triggers/fire.js'
import type { EngineHost, HostCall } from '../builtin.js'
import {
  answerFrom,
  bodyTooLarge,
  bodyTooSlow,
  conditionNotMet,
  tooManyValues,
  type WholeResponse,
} from './answer/answer.js'
import type { Exchange } from './exchange.js'
import type { HttpConfig } from './http-config.js'
import { runMiddleware, type MiddlewareList } from './middleware.js'
import type { BodyRoom, CollectedBody } from './request/body-room.js'
import { isJson, pipeBody, readBody, sendBody } from './request/request-body.js'
import { middlewareInput, payloadOf, type RequestHead } from './request/request-payload.js'
import type { RouteMatch } from './routes.js'
import { readStart, type StreamStart } from './answer/streamed-response.js'

/** A response that is ready to be written. */
export type ReadyResponse =
  { readonly kind: 'answer'; readonly answer: WholeResponse } | { readonly kind: 'stream'; readonly start: StreamStart }

/** The parts that a pipeline uses. */
export interface PipelineInput {
  readonly host: EngineHost
  readonly config: HttpConfig
  readonly room: BodyRoom
  readonly exchange: Exchange
  readonly match: RouteMatch
  readonly parts: RequestHead
  /** The trace that calls made for the request belong to. */
  readonly trace: Trace
}

/** Data that every call made for the request carries. */
type CallExtra = Pick<HostCall, 'traceparent' | 'baggage' | 'signal'>

/**
 * Runs a request through its route.
 * @throws {ExchangeEnded} when the client disconnects or the time limit expires; `InvocationError` when a function
 * fails.
 */
export async function runPipeline(input: PipelineInput): Promise<ReadyResponse> {
  const { host, config, exchange, match, parts, trace } = input
  const { binding } = match.route
  const extra: CallExtra = { ...trace, signal: exchange.signal }
  const callMiddleware = (list: MiddlewareList): Promise<WholeResponse | undefined> => {
    if (list.ids.length === 0) return Promise.resolve(undefined)
    const data = middlewareInput(match, parts)
    return runMiddleware({ host, exchange }, list, { ...extra, data, timeoutMs: config.defaultTimeoutMs })
  }

  const early = await callMiddleware({ ids: config.middleware })
  if (early !== undefined) return { kind: 'answer', answer: early }
  const body = isJson(parts.headers['content-type']) ? await takeBody(input) : 'raw'
  if (body === 'too-large') return { kind: 'answer', answer: bodyTooLarge(config.bodyLimit) }
  if (body === 'too-slow') {
    host.counters.refused.requests += 1
    return { kind: 'answer', answer: bodyTooSlow() }
  }
  const read = body === 'raw' ? { value: null } : await exchange.during(readBody(body, host.lane))
  if (read === 'too-many-values') return { kind: 'answer', answer: tooManyValues() }
  const payload = payloadOf(match, parts, read.value)
  if (!(await exchange.during(conditionHolds(host, binding, { data: withTextMembers(payload), ...extra })))) {
    return { kind: 'answer', answer: conditionNotMet() }
  }
  const { namespace, access } = binding
  const late = await callMiddleware({ ids: match.route.middleware, namespace, access })
  if (late !== undefined) return { kind: 'answer', answer: late }
  return runHandler(input, { payload, body, extra })
}

/** A JSON body whole; any other stays on the connection. */
async function takeBody({ exchange, config, room }: PipelineInput): Promise<CollectedBody> {
  const maxBytes = config.bodyLimit
  const announcedBytes = Number(exchange.request.headers['content-length'] ?? maxBytes)
  if (announcedBytes > maxBytes) return 'too-large'
  return exchange.during(room.read(exchange, { announcedBytes, maxBytes }))
}

interface HandlerInput {
  readonly payload: object
  readonly body: Buffer | 'raw'
  readonly extra: CallExtra
}

async function runHandler({ host, exchange, match }: PipelineInput, input: HandlerInput): Promise<ReadyResponse> {
  const { payload, body, extra } = input
  const { binding } = match.route
  const requestBody = host.channels.createOutgoing()
  exchange.onOver(() => requestBody.destroy())
  const response = host.channels.createIncoming()
  exchange.onOver(() => response.destroy())
  if (body === 'raw') pipeBody(exchange.request, requestBody)
  else sendBody(requestBody, body)
  const stream = readStart(response.items[Symbol.asyncIterator]()).then((start): ReadyResponse => ({
    kind: 'stream',
    start,
  }))
  const data = withTextMembers({ ...payload, request_body: requestBody.reader, response: response.writer })
  const result = callBound(host, binding, { data, ...extra, metadata: binding.metadata, keepsText: true })
  // Without a result, the response is or will be in the channel. If there are both, the channel counts.
  const value = result.then((returned): ReadyResponse | Promise<ReadyResponse> =>
    returned === undefined || returned === null ? stream : { kind: 'answer', answer: answerFrom(returned) },
  )
  return exchange.during(Promise.race([stream, value]))
}
