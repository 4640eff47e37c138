/** The functions `stream::*`, with inputs and results as on the wire. */
import { InvocationError } from '../../../errors.js'
import { json, optional, string } from '../../../wire/protocol/validate.js'
import type { BuiltinFunction, CallContext } from '../builtin.js'
import type { Stored } from '../../storage/store.js'
import { builtinFunction } from '../../config/builtin-input.js'
import { updateOpsField, updateOpsSchema } from '../../config/builtin-fields.js'
import type { CallOrigin } from './custom-streams.js'
import type { StreamOperations } from './stream-operations.js'

/** Declares all functions. While the store is not open, each answers with its own error code. */
export function streamFunctions(open: () => StreamOperations | undefined): BuiltinFunction[] {
  const orThrow = (code: string): StreamOperations => {
    const operations = open()
    if (operations === undefined) throw new InvocationError({ code, message: 'The stream store is not open' })
    return operations
  }
  return [...itemFunctions(orThrow), ...changeFunctions(orThrow), ...listFunctions(orThrow), sendFunction(orThrow)]
}

function originOf({ traceparent, baggage, access }: CallContext): CallOrigin {
  return { traceparent, baggage, access }
}

type Operations = (code: string) => StreamOperations

const group = { stream_name: string, group_id: string }
const item = { ...group, item_id: string }

function itemFunctions(operations: Operations): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'stream::get',
      description: 'Returns an item, or nothing if there is none',
      requestSchema: schemaOf('stream_name', 'group_id', 'item_id'),
      input: item,
      call: (input, context) => operations('STREAM_GET_ERROR').get(input, originOf(context)),
    }),
    builtinFunction({
      id: 'stream::delete',
      description: 'Removes an item and announces it, if there was one',
      requestSchema: schemaOf('stream_name', 'group_id', 'item_id'),
      responseSchema: { type: 'object', properties: { old_value: oldValueSchema }, required: ['old_value'] },
      input: item,
      call: (input, context) => operations('STREAM_DELETE_ERROR').delete(input, originOf(context)),
    }),
  ]
}

function changeFunctions(operations: Operations): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'stream::set',
      description: 'Sets an item and announces its creation or update',
      requestSchema: schemaOf('stream_name', 'group_id', 'item_id', 'data'),
      responseSchema: changeSchema,
      textMembers: ['data'],
      input: { ...item, data: json },
      // The value came through JSON, so it is valid JSON; the store refuses anything else.
      call: (input, context) =>
        operations('STREAM_SET_ERROR').set({ ...input, data: input.data as Stored }, originOf(context)),
    }),
    builtinFunction({
      id: 'stream::update',
      description: 'Changes an item by operations, atomically, and announces the change',
      requestSchema: schemaOf('stream_name', 'group_id', 'item_id', 'ops'),
      responseSchema: changeSchema,
      input: { ...item, ops: updateOpsField },
      call: (input, context) => operations('STREAM_UPDATE_ERROR').update(input, originOf(context)),
    }),
  ]
}

function listFunctions(operations: Operations): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'stream::list',
      description: 'Returns all items of a group, in the order they were first set',
      requestSchema: schemaOf('stream_name', 'group_id'),
      responseSchema: { type: 'array' },
      input: group,
      call: (input, context) => operations('STREAM_GET_GROUP_ERROR').list(input, originOf(context)),
    }),
    builtinFunction({
      id: 'stream::list_groups',
      description: 'Returns the names of the groups of a stream',
      requestSchema: schemaOf('stream_name'),
      responseSchema: { type: 'array', items: { type: 'string' } },
      input: { stream_name: string },
      call: (input, context) => operations('STREAM_LIST_GROUPS_ERROR').listGroups(input, originOf(context)),
    }),
    builtinFunction({
      id: 'stream::list_all',
      description: 'Returns the names of all streams in the store of the engine, with their groups',
      requestSchema: schemaOf(),
      responseSchema: {
        type: 'object',
        properties: { stream: { type: 'array', items: { type: 'object' } }, count: { type: 'integer' } },
        required: ['stream', 'count'],
      },
      input: {},
      call: () => operations('STREAM_LIST_ALL_ERROR').listAll(),
    }),
  ]
}

function sendFunction(operations: Operations): BuiltinFunction {
  return builtinFunction({
    id: 'stream::send',
    description: 'Announces an event on a group, or on one item of it, without storing anything',
    requestSchema: {
      ...schemaOf('stream_name', 'group_id', 'type', 'data'),
      properties: { ...properties, id: { type: 'string', description: 'Absent: the whole group' } },
    },
    textMembers: ['data'],
    input: { ...group, id: optional(string), type: string, data: json },
    call({ stream_name, group_id, id, type, data }, context) {
      const target = { streamName: stream_name, groupId: group_id, id: id ?? null }
      return operations('STREAM_SEND_ERROR').send(target, { type, data: data as Stored }, originOf(context))
    },
  })
}

const properties = {
  stream_name: { type: 'string' },
  group_id: { type: 'string' },
  item_id: { type: 'string' },
  type: { type: 'string' },
  data: {},
  ops: updateOpsSchema,
}

function schemaOf(...required: readonly (keyof typeof properties)[]): object {
  const named = Object.entries(properties).filter(([name]) => required.some((key) => key === name))
  return { type: 'object', properties: Object.fromEntries(named), ...(required.length > 0 && { required }) }
}

const oldValueSchema = { description: 'null if there was none' }
const changeSchema = {
  type: 'object',
  properties: {
    old_value: oldValueSchema,
    new_value: {},
    errors: { type: 'array', description: 'Operations of an update that were skipped; absent if there were none' },
  },
  required: ['old_value', 'new_value'],
}
