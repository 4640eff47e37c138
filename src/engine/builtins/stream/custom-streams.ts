/**
 * Streams that a worker stores itself: a function in the default namespace named after operation and stream, such as
 * `stream::get(chat)`, replaces that operation of the engine.
 */
import { InvocationError } from '../../../errors.js'
import { withTextMembers } from '../../../wire/protocol/json-text.js'
import { isRecord, type JsonValue } from '../../../wire/protocol/validate.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { describe } from '../../../std/text/describe.js'
import type { EngineHost, HostCall } from '../builtin.js'
import type { Trace } from '../../triggers/fire.js'

export type StreamOperation = 'get' | 'set' | 'delete' | 'list' | 'list_groups' | 'update'

/** Context of a call inherited from its cause, and its abort signal. */
export type CallOrigin = Trace & Pick<HostCall, 'signal' | 'access'>

/** One call to the function of a worker. */
export interface CustomCall {
  readonly operation: StreamOperation
  readonly input: { readonly stream_name: string }
  readonly origin: CallOrigin
}

/**
 * Calls the function of the worker for an operation. Returns its result, or `undefined` if there is no such function.
 */
export function callCustom(host: EngineHost, { operation, input, origin }: CustomCall): Promise<unknown> | undefined {
  const functionId = `stream::${operation}(${input.stream_name})`
  const { access, ...trace } = origin
  // A grant of `stream::get` covers every stream, wherever it is stored, unless this function is forbidden.
  const refusal = access?.refuseForbidden(functionId)
  if (refusal !== undefined) return Promise.reject(new InvocationError(refusal))
  if (!host.hasFunction(functionId, DEFAULT_NAMESPACE)) return undefined
  return host.invoke({ functionId, data: withTextMembers(input), namespace: DEFAULT_NAMESPACE, ...trace })
}

/** The result of a worker function for a change. */
export interface CustomChange {
  /** `undefined` if the function returned null or nothing. */
  readonly oldValue: JsonValue | undefined
  /** `undefined` only where it is optional. */
  readonly newValue: JsonValue | undefined
  readonly errors: unknown
}

/**
 * Reads the result of the set, update or delete function of a worker.
 * @throws {InvocationError} with `code` if there is no result, `JSON_ERROR` if it is not the result object.
 */
export function readCustomChange(result: unknown, call: CustomCall, code: string): CustomChange {
  if (result === undefined || result === null)
    throw new InvocationError({ code, message: 'Function returned no result' })
  const wantsNewValue = call.operation !== 'delete'
  if (!isRecord(result) || (wantsNewValue && result['new_value'] === undefined)) {
    const wanted = wantsNewValue ? 'an object with `new_value`' : 'an object'
    const name = `stream::${call.operation}(${call.input.stream_name})`
    throw new InvocationError({ code: 'JSON_ERROR', message: `${name} must return ${wanted}, got ${describe(result)}` })
  }
  // The result of a function came through JSON.
  const { old_value, new_value, errors } = result as Record<string, JsonValue | undefined>
  return { oldValue: old_value ?? undefined, newValue: new_value, errors }
}
