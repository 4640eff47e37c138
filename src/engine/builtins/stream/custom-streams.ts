/**
 * Streams that a worker stores itself: a function named after operation and stream, such as `stream::get(chat)`, in the
 * default namespace takes that operation over.
 */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { withTextMembers } from '../../../wire/protocol/json-text.js'
import { isRecord, type JsonValue } from '../../../wire/protocol/validate.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { describe } from '../../../std/text/describe.js'
import type { EngineHost, HostCall } from '../builtin.js'
import type { Trace } from '../../triggers/fire.js'

export type StreamOperation = 'get' | 'set' | 'delete' | 'list' | 'list_groups' | 'update'

/** What a call inherits from the one that caused it, and when to give up waiting for it. */
export type CallOrigin = Trace & Pick<HostCall, 'signal' | 'access'>

/** One call to a worker's own function. */
export interface CustomCall {
  readonly operation: StreamOperation
  readonly input: { readonly stream_name: string }
  readonly origin: CallOrigin
}

/** Calls the worker's function for an operation; `undefined` when there is none, else what it answers. */
export function callCustom(host: EngineHost, { operation, input, origin }: CustomCall): Promise<unknown> | undefined {
  const functionId = `stream::${operation}(${input.stream_name})`
  const { access, ...trace } = origin
  // A grant of `stream::get` covers every stream, wherever it is stored, unless this function is forbidden.
  const refusal = access?.refuseForbidden(functionId)
  if (refusal !== undefined) return Promise.reject(new InvocationError(refusal))
  if (!host.hasFunction(functionId, DEFAULT_NAMESPACE)) return undefined
  return host.invoke({ functionId, data: withTextMembers(input), namespace: DEFAULT_NAMESPACE, ...trace })
}

/** What a worker's function said about a change. */
export interface CustomChange {
  /** `undefined` when it said null or nothing. */
  readonly oldValue: JsonValue | undefined
  /** `undefined` only where it need not be said. */
  readonly newValue: JsonValue | undefined
  readonly errors: unknown
}

/**
 * Reads the answer of a worker's set, update or delete.
 * @throws {InvocationError} with `code` when there is none, `JSON_ERROR` when it is not the result object.
 */
export function readCustomChange(result: unknown, call: CustomCall, code: ErrorCode): CustomChange {
  if (result === undefined || result === null)
    throw new InvocationError({ code, message: 'Function returned no result' })
  const wantsNewValue = call.operation !== 'delete'
  if (!isRecord(result) || (wantsNewValue && result['new_value'] === undefined)) {
    const wanted = wantsNewValue ? 'an object with `new_value`' : 'an object'
    const name = `stream::${call.operation}(${call.input.stream_name})`
    throw new InvocationError({
      code: ErrorCode.JSON_ERROR,
      message: `${name} must return ${wanted}, got ${describe(result)}`,
    })
  }
  // What a function answers came through JSON.
  const { old_value, new_value, errors } = result as Record<string, JsonValue | undefined>
  return { oldValue: old_value ?? undefined, newValue: new_value, errors }
}
