/** Creates the span of the engine for one HTTP request, from the match of its route to the head of the response. */
import { toErrorBody } from '../../../../wire/protocol/error-body.js'
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
}

/** Runs a request within its span, if it gets one; `run` receives the trace of its calls. */
export async function withinRequestSpan<T extends Outcome | { readonly kind: 'timeout' }>(
  host: EngineHost,
  { match, parts }: TracedRequest,
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
  if (span === undefined) return run(trace)
  try {
    const outcome = await run(span.trace)
    const status = statusOf(outcome)
    const error =
      status < SERVER_ERROR ? undefined : { code: String(status), message: `Answered with ${String(status)}` }
    span.end(error, { 'http.response.status_code': String(status) })
    return outcome
  } catch (error) {
    span.end(toErrorBody(error))
    throw error
  }
}

function statusOf(outcome: Outcome | { readonly kind: 'timeout' }): number {
  if (outcome.kind === 'timeout') return 504
  return outcome.kind === 'answer' ? outcome.answer.status : outcome.start.status
}
