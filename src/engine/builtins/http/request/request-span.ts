/** Creates the span of the engine for one HTTP request, from the match of its route to the head of the response. */
import { toErrorBody } from '../../../../wire/protocol/error-body.js'
import { traceIdOf } from '../../../../wire/protocol/tracing.js'
import type { EngineHost } from '../../builtin.js'
import type { Trace } from '../../../triggers/fire.js'
import type { Outcome } from '../pipeline.js'
import { traceOf, type RequestParts } from './request-payload.js'
import type { RouteMatch } from '../routes.js'

/** The lowest status of a server error. */
const SERVER_ERROR = 500

export interface TracedRequest {
  readonly match: RouteMatch
  readonly parts: RequestParts
  /** The path of the request, without its query. */
  readonly path: string
}

/** Runs a request within its span, if it gets one, and reports how it was answered; `run` receives the trace of its calls. */
export async function withinRequestSpan<T extends Outcome | { readonly kind: 'timeout' }>(
  host: EngineHost,
  { match, parts, path }: TracedRequest,
  run: (trace: Trace) => Promise<T>,
): Promise<T> {
  const trace = traceOf(parts.headers)
  const { template, binding } = match.route
  const span = host.instruments.openSpan?.({
    name: `${parts.method} ${template}`,
    trace,
    attributes: {
      'http.request.method': parts.method,
      'http.route': template,
      'faas.invoked_name': binding.functionId,
    },
  })
  const startedAt = host.clock.now()
  const served = (status: number): void => {
    const durationMs = host.clock.now() - startedAt
    const traceId = traceIdOf((span?.trace ?? trace).traceparent)
    const { functionId } = binding
    host.emit({ kind: 'request_served', method: parts.method, path, functionId, status, durationMs, traceId })
  }
  try {
    const outcome = await run(span?.trace ?? trace)
    const status = statusOf(outcome)
    served(status)
    if (span === undefined) return outcome
    const error =
      status < SERVER_ERROR ? undefined : { code: String(status), message: `Answered with ${String(status)}` }
    span.end(error, { 'http.response.status_code': String(status) })
    return outcome
  } catch (error) {
    span?.end(toErrorBody(error))
    throw error
  }
}

function statusOf(outcome: Outcome | { readonly kind: 'timeout' }): number {
  if (outcome.kind === 'timeout') return 504
  return outcome.kind === 'answer' ? outcome.answer.status : outcome.start.status
}
