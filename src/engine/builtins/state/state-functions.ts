/** The functions `state::*`, with inputs and results as on the wire. */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { isRecord, json, string } from '../../../wire/protocol/validate.js'
import type { BuiltinFunction } from '../builtin.js'
import { builtinFunction } from '../../config/builtin-input.js'
import { parseUpdateOps } from '../../../wire/updates/update-op.js'
import { updateOpsField, updateOpsSchema } from '../../config/builtin-fields.js'
import type { Stored } from '../../storage/store.js'
import { traceOf } from '../../triggers/write-firings.js'
import type { StateValues } from './state-values.js'

/** The values once the store is open. */
export type OpenState = () => StateValues | undefined

/** Declares all functions. While the store is not open, each answers with its own error code. */
export function stateFunctions(open: OpenState): BuiltinFunction[] {
  const orThrow = (code: string): StateValues => {
    const values = open()
    if (values === undefined) throw new InvocationError({ code, message: 'The state store is not open' })
    return values
  }
  return [...readers(orThrow), setFunction(orThrow), deleteFunction(orThrow), updateFunction(orThrow)]
}

type Values = (code: string) => StateValues

const place = { scope: string, key: string }

function readers(values: Values): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'state::get',
      description: 'Returns the value stored under a scope and a key, or nothing if there is none',
      requestSchema: schemaOf('scope', 'key'),
      input: place,
      call: (input) => values('GET_ERROR').get(input),
    }),
    builtinFunction({
      id: 'state::list',
      description: 'Returns all values of a scope, in the order their keys were first set',
      requestSchema: schemaOf('scope'),
      responseSchema: { type: 'array' },
      input: { scope: string },
      call: ({ scope }) => values('LIST_ERROR').list(scope),
    }),
    builtinFunction({
      id: 'state::list_groups',
      description: 'Returns the names of all scopes, sorted',
      requestSchema: schemaOf(),
      responseSchema: {
        type: 'object',
        properties: { groups: { type: 'array', items: { type: 'string' } } },
        required: ['groups'],
      },
      input: {},
      call: () => ({ groups: values('LIST_GROUPS_ERROR').scopes() }),
    }),
  ]
}

function setFunction(values: Values): BuiltinFunction {
  const set = builtinFunction({
    id: 'state::set',
    description: 'Sets the value under a scope and a key; `data` is accepted in place of `value`',
    requestSchema: schemaOf('scope', 'key', 'value'),
    responseSchema: changeSchema,
    input: { ...place, value: json },
    textMembers: ['value'],
    // The value came through JSON, so it is valid JSON; the store refuses anything else.
    call: (input, trace) => values('SET_ERROR').set(input, input.value as Stored, traceOf(trace)),
  })
  return { ...set, call: (input, context) => set.call(withValue(input), context) }
}

function deleteFunction(values: Values): BuiltinFunction {
  return builtinFunction({
    id: 'state::delete',
    description: 'Removes the value under a scope and a key and returns it, or nothing if there was none',
    requestSchema: schemaOf('scope', 'key'),
    input: place,
    call: (input, trace) => values('DELETE_ERROR').delete(input, traceOf(trace)),
  })
}

function updateFunction(values: Values): BuiltinFunction {
  const id = 'state::update'
  return builtinFunction({
    id,
    description: 'Changes the value under a scope and a key by operations, atomically',
    requestSchema: { ...schemaOf('scope', 'key', 'ops'), properties: { ...properties, ops: updateOpsSchema } },
    responseSchema: changeSchema,
    input: { ...place, ops: updateOpsField },
    call: (input, trace) => values('UPDATE_ERROR').update(input, parseUpdateOps(id, input.ops), traceOf(trace)),
  })
}

/** Puts `data` in the place of `value`. */
function withValue(input: unknown): unknown {
  if (!isRecord(input) || !Object.hasOwn(input, 'data')) return input
  const { data, ...rest } = input
  if (!Object.hasOwn(rest, 'value')) return { ...rest, value: data }
  const message = 'Failed to deserialize input for state::set: `value` and `data` are two names of one member; pass one'
  throw new InvocationError({ code: ErrorCode.deserialization_error, message })
}

const properties = { scope: { type: 'string' }, key: { type: 'string' }, value: {} }

function schemaOf(...required: readonly (keyof typeof properties | 'ops')[]): object {
  const named = Object.entries(properties).filter(([name]) => required.some((key) => key === name))
  return { type: 'object', properties: Object.fromEntries(named), ...(required.length > 0 && { required }) }
}

const changeSchema = {
  type: 'object',
  properties: {
    old_value: { description: 'null if there was none' },
    new_value: {},
    errors: { type: 'array', description: 'Operations of an update that were skipped; absent if there were none' },
  },
  required: ['old_value', 'new_value'],
}
