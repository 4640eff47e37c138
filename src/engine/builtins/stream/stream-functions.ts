/** The functions `stream::*`, with inputs and results as on the wire. */
import { ErrorCode, InvocationError } from '../../../errors.js'
import type { BuiltinFunction, CallContext } from '../builtin.js'
import type { Stored } from '../../storage/store.js'
import type { CallOrigin } from './custom-streams.js'
import type { StreamOperations } from './stream-operations.js'
import { builtinFunction } from '../../declare/function.js'
import { any, anyText, integer, list, named, object, optional, string } from '../../declare/schema.js'
import { updateOps, updateResult, changeResult } from '../../declare/update-ops.js'

/** Declares all functions. While the store is not open, each answers with its own error code. */
export function streamFunctions(open: () => StreamOperations | undefined): BuiltinFunction[] {
  const orThrow = (code: ErrorCode): StreamOperations => {
    const operations = open()
    if (operations === undefined) throw new InvocationError({ code, message: 'The stream store is not open' })
    return operations
  }
  return [...itemFunctions(orThrow), ...changeFunctions(orThrow), ...listFunctions(orThrow), sendFunction(orThrow)]
}

function originOf({ traceparent, baggage, access }: CallContext): CallOrigin {
  return { traceparent, baggage, access }
}

type Operations = (code: ErrorCode) => StreamOperations

const streamName = string('The stream')
const group = { stream_name: streamName, group_id: string('The group in the stream') }
const item = { ...group, item_id: string('The item in the group') }

function itemFunctions(operations: Operations): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'stream::get',
      description: 'Returns an item, or nothing if there is none',
      input: object(item),
      call: (input, context) => operations(ErrorCode.STREAM_GET_ERROR).get(input, originOf(context)),
    }),
    builtinFunction({
      id: 'stream::delete',
      description: 'Removes an item and announces it, if there was one',
      output: object({ old_value: optional(any('The removed item; null if there was none')) }),
      input: object(item),
      call: (input, context) => operations(ErrorCode.STREAM_DELETE_ERROR).delete(input, originOf(context)),
    }),
  ]
}

function changeFunctions(operations: Operations): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'stream::set',
      description: 'Sets an item and announces its creation or update',
      input: object({ ...item, data: anyText('The new item') }),
      output: changeResult,
      // The value came through JSON, so it is valid JSON; the store refuses anything else.
      call: (input, context) =>
        operations(ErrorCode.STREAM_SET_ERROR).set({ ...input, data: input.data as Stored }, originOf(context)),
    }),
    builtinFunction({
      id: 'stream::update',
      description: 'Changes an item by operations, atomically, and announces the change',
      input: object({ ...item, ops: updateOps }),
      output: updateResult,
      call: (input, context) => operations(ErrorCode.STREAM_UPDATE_ERROR).update(input, originOf(context)),
    }),
  ]
}

function listFunctions(operations: Operations): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'stream::list',
      description: 'Returns all items of a group, in the order they were first set',
      input: object(group),
      call: (input, context) => operations(ErrorCode.STREAM_GET_GROUP_ERROR).list(input, originOf(context)),
    }),
    builtinFunction({
      id: 'stream::list_groups',
      description: 'Returns the names of the groups of a stream',
      input: object({ stream_name: streamName }),
      call: (input, context) => operations(ErrorCode.STREAM_LIST_GROUPS_ERROR).listGroups(input, originOf(context)),
    }),
    builtinFunction({
      id: 'stream::list_all',
      description: 'Returns the names of all streams in the store of the engine, with their groups',
      input: object({}),
      output: object({ stream: list(streamRow), count: integer('uint') }),
      call: () => operations(ErrorCode.STREAM_LIST_ALL_ERROR).listAll(),
    }),
  ]
}

function sendFunction(operations: Operations): BuiltinFunction {
  return builtinFunction({
    id: 'stream::send',
    description: 'Announces an event on a group, or on one item of it, without storing anything',
    input: object({
      ...group,
      id: optional(string('The item; absent: the whole group')),
      type: string('The type of the event'),
      data: anyText('The event'),
    }),
    call({ stream_name, group_id, id, type, data }, context) {
      const target = { streamName: stream_name, groupId: group_id, id: id ?? null }
      return operations(ErrorCode.STREAM_SEND_ERROR).send(target, { type, data: data as Stored }, originOf(context))
    },
  })
}

const streamRow = named('StreamMetadata', object({ id: string(), groups: list(string()) }))
