/** The functions `state::*`, with inputs and results as on the wire. */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { parseUpdateOps } from '../../../wire/updates/update-op.js'
import type { Stored } from '../../storage/store.js'
import { traceOf } from '../../triggers/write-firings.js'
import type { BuiltinFunction } from '../builtin.js'
import type { StateValues } from './state-values.js'
import { builtinFunction } from '../../declare/function.js'
import { alias, any, anyText, list, object, string } from '../../declare/schema.js'
import { updateOps, updateResult, changeResult } from '../../declare/update-ops.js'

/** The values once the store is open. */
export type OpenState = () => StateValues | undefined

/** Declares all functions. While the store is not open, each answers with its own error code. */
export function stateFunctions(open: OpenState): BuiltinFunction[] {
  const orThrow = (code: ErrorCode): StateValues => {
    const values = open()
    if (values === undefined) throw new InvocationError({ code, message: 'The state store is not open' })
    return values
  }
  return [...readers(orThrow), ...writers(orThrow)]
}

type Values = (code: ErrorCode) => StateValues

const scope = string('The group of keys')
const place = { scope, key: string('The name of the value in its scope') }

function readers(values: Values): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'state::get',
      description: 'Returns the value stored under a scope and a key, or nothing if there is none',
      input: object(place),
      call: (input) => values(ErrorCode.GET_ERROR).get(input),
    }),
    builtinFunction({
      id: 'state::list',
      description: 'Returns all values of a scope, in the order their keys were first set',
      input: object({ scope }),
      output: list(any()),
      call: (input) => values(ErrorCode.LIST_ERROR).list(input.scope),
    }),
    builtinFunction({
      id: 'state::list_groups',
      description: 'Returns the names of all scopes, sorted',
      input: object({}),
      output: object({ groups: list(string()) }),
      call: () => ({ groups: values(ErrorCode.LIST_GROUPS_ERROR).scopes() }),
    }),
  ]
}

function writers(values: Values): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'state::set',
      description: 'Sets the value under a scope and a key; `data` is accepted in place of `value`',
      input: object({ ...place, value: alias(anyText('The new value'), 'data') }),
      output: changeResult,
      // The value came through JSON, so it is valid JSON; the store refuses anything else.
      call: (input, trace) => values(ErrorCode.SET_ERROR).set(input, input.value as Stored, traceOf(trace)),
    }),
    builtinFunction({
      id: 'state::delete',
      description: 'Removes the value under a scope and a key and returns it, or nothing if there was none',
      input: object(place),
      call: (input, trace) => values(ErrorCode.DELETE_ERROR).delete(input, traceOf(trace)),
    }),
    builtinFunction({
      id: 'state::update',
      description: 'Changes the value under a scope and a key by operations, atomically',
      input: object({ ...place, ops: updateOps }),
      output: updateResult,
      call: (input, trace) => {
        const ops = parseUpdateOps('state::update', input.ops)
        return values(ErrorCode.UPDATE_ERROR).update(input, ops, traceOf(trace))
      },
    }),
  ]
}
