/**
 * A handler between two checks: it gets the payload as its schema gives it, and its result leaves as its schema gives
 * it. With synchronous schemas and a synchronous handler nothing waits.
 */
import { isThenable } from '../../../std/async/deferred.js'
import { ErrorCode, type ValidationError } from '../../../errors.js'
import { CALLER_WORKER_ID } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { parse, whenParsed, type Misfit } from '../../schema/parse.js'
import type { SchemaSide, StandardSchemaV1 } from '../../schema/standard-schema.js'
import { validationError } from '../../schema/validation.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { FunctionHandler } from './function-handler.js'
import type { InvocationContext } from '../invocations/invocation-context.js'

/** A schema, and the place of the value that it checks. */
export interface Checks {
  readonly id: string
  readonly input: StandardSchemaV1 | undefined
  readonly output: StandardSchemaV1 | undefined
  /** Whether the handler is spared the caller's id, which the engine adds to every payload. */
  readonly hidesCaller: boolean
  readonly target: 'payload' | 'body'
  readonly report: Report
}

/** A handler that checks its input and output. */
export function checkedHandler(handler: FunctionHandler, checks: Checks): FunctionHandler {
  const run = (payload: unknown, metadata: Parameters<FunctionHandler>[1], context: InvocationContext): unknown => {
    const result: unknown = handler(payload, metadata, context)
    if (checks.output === undefined) return result
    return isThenable(result)
      ? Promise.resolve(result).then((value) => checkedOutput(checks, value, context))
      : checkedOutput(checks, result, context)
  }
  return (data: unknown, metadata, context) => {
    const payload = checks.hidesCaller ? withoutCaller(data) : data
    if (checks.input === undefined) return run(payload, metadata, context)
    return whenParsed<unknown>(parse(checks.input, valueIn(checks, payload)), (parsed) => {
      if (parsed.issues === undefined) return run(withValue(checks, payload, parsed.value), metadata, context)
      const error = reported(checks, { side: 'input', misfit: parsed, context })
      if (checks.target === 'body') return badRequest(hasUnreadBody(payload) ? notJson(error) : error)
      throw error
    })
  }
}

function checkedOutput(checks: Checks, result: unknown, context: InvocationContext): unknown {
  const { output, target } = checks
  // A response that is streamed has no value to return.
  const isStreamed = target === 'body' && (result === undefined || result === null)
  if (output === undefined || isStreamed) return result
  return whenParsed<unknown>(parse(output, valueIn(checks, result)), (parsed) => {
    if (parsed.issues === undefined) return withValue(checks, result, parsed.value)
    throw reported(checks, { side: 'output', misfit: parsed, context })
  })
}

interface Failed {
  readonly side: SchemaSide
  readonly misfit: Misfit
  readonly context: InvocationContext
}

/** The error for a value that does not fit, made known here because its issues do not travel. */
function reported({ id, report }: Checks, { side, misfit, context }: Failed): ValidationError {
  const error = validationError({ id, side }, misfit)
  const { callerWorkerId, invocationId } = context
  report({ kind: `${side}_invalid`, error, invocationId, callerWorkerId })
  return error
}

/** The payload without the id of the caller, which the engine adds. */
export function withoutCaller(data: unknown): unknown {
  if (!isRecord(data) || !(CALLER_WORKER_ID in data)) return data
  const { [CALLER_WORKER_ID]: _caller, ...payload } = data
  return payload
}

/** The value a schema is about. */
function valueIn({ target }: Checks, whole: unknown): unknown {
  if (target === 'payload') return whole
  return isRecord(whole) ? whole['body'] : undefined
}

function withValue({ target }: Checks, whole: unknown, value: unknown): unknown {
  if (target === 'payload') return value
  return isRecord(whole) ? { ...whole, body: value } : { body: value }
}

/** Whether a request has a JSON body that the engine could not parse: it hands over `null` in its place. */
function hasUnreadBody(payload: unknown): boolean {
  if (!isRecord(payload) || payload['body'] !== null || !isRecord(payload['headers'])) return false
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = payload['headers']
  const isSent = encoding !== undefined || Number(length) > 0
  // A body that is the text `null` has four characters.
  return isSent && length !== '4' && typeof type === 'string' && /^application\/([\w.-]+\+)?json\b/i.test(type)
}

function notJson({ issues }: ValidationError): Pick<ValidationError, 'message' | 'issues'> {
  return { message: 'The body of the request is not valid JSON', issues }
}

/** The response to a request whose body does not fit. */
function badRequest({ message, issues }: Pick<ValidationError, 'message' | 'issues'>): unknown {
  return { status_code: 400, body: { error: { code: ErrorCode.deserialization_error, message, issues } } }
}
