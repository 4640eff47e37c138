/**
 * The operations on streams: each is run by the function of a worker if there is one, else by the store of the engine.
 * Every change is announced once it is stored. Inputs and results are as on the wire.
 */
import { ErrorCode } from '../../../errors.js'
import { withTextMembers, type JsonText } from '../../../wire/protocol/json-text.js'
import type { FieldType } from '../../../wire/protocol/validate.js'
import type { Stored } from '../../storage/store.js'
import type { EngineHost } from '../builtin.js'
import type { Trace } from '../../triggers/fire.js'
import { parseUpdateOps } from '../../../wire/updates/update-op.js'
import {
  callCustom,
  readCustomChange,
  type CallOrigin,
  type CustomCall,
  type StreamOperation,
} from './custom-streams.js'
import { streamMessage, type StreamChange, type StreamMessage, type StreamTarget } from './stream-event.js'
import type { GroupPlace, ItemPlace, StreamItems } from './stream-items.js'
import type { updateResult } from '../../declare/update-ops.js'

/** The result of a set or an update; text if a value is large. */
type ChangeResult = FieldType<typeof updateResult> | JsonText

export interface StreamOperationsParts {
  readonly host: EngineHost
  readonly items: StreamItems
  /** Receives every change after it is stored. */
  readonly announce: (message: StreamMessage, trace: Trace) => void
}

export class StreamOperations {
  readonly #host: EngineHost
  readonly #items: StreamItems
  readonly #announce: StreamOperationsParts['announce']

  constructor({ host, items, announce }: StreamOperationsParts) {
    this.#host = host
    this.#items = items
    this.#announce = announce
  }

  get(place: ItemPlace, origin: CallOrigin): Promise<unknown> {
    return this.#read(callOf('get', place, origin), () => this.#items.get(place))
  }

  list(place: GroupPlace, origin: CallOrigin): Promise<unknown> {
    return this.#read(callOf('list', place, origin), () => this.#items.list(place))
  }

  listGroups(input: { readonly stream_name: string }, origin: CallOrigin): Promise<unknown> {
    return this.#read(callOf('list_groups', input, origin), () => this.#items.groups(input.stream_name))
  }

  /** Streams in the store of the engine; those that workers store themselves are not included. */
  listAll(): { stream: { id: string; groups: string[] }[]; count: number } {
    const stream = Array.from(this.#items.all(), ([id, groups]) => ({ id, groups }))
    return { stream, count: stream.length }
  }

  /** @throws {InvocationError} STREAM_SET_ERROR, JSON_ERROR, or the error of the worker function. */
  set(input: ItemPlace & { readonly data: Stored }, origin: CallOrigin): Promise<ChangeResult> {
    return this.#change(callOf('set', input, origin), ErrorCode.STREAM_SET_ERROR, () =>
      this.#items.set(input, input.data),
    )
  }

  /** @throws {InvocationError} STREAM_UPDATE_ERROR, JSON_ERROR, or the error of the worker function. */
  update(input: ItemPlace & { readonly ops: readonly unknown[] }, origin: CallOrigin): Promise<ChangeResult> {
    const ops = parseUpdateOps('stream::update', input.ops)
    return this.#change(callOf('update', input, origin), ErrorCode.STREAM_UPDATE_ERROR, () =>
      this.#items.update(input, ops),
    )
  }

  /** @throws {InvocationError} STREAM_DELETE_ERROR, JSON_ERROR, or the error of the worker function. */
  async delete(place: ItemPlace, origin: CallOrigin): Promise<{ old_value: Stored | null } | JsonText> {
    const call = callOf('delete', place, origin)
    const custom = callCustom(this.#host, call)
    const oldValue =
      custom === undefined
        ? await this.#items.delete(place)
        : readCustomChange(await custom, call, ErrorCode.STREAM_DELETE_ERROR).oldValue
    if (oldValue !== undefined) this.#tell(targetOf(place), { type: 'delete', data: oldValue }, origin)
    return withTextMembers({ old_value: oldValue ?? null })
  }

  /** Announces an event from the caller; nothing is stored. */
  send(target: StreamTarget, event: { readonly type: string; readonly data: Stored }, origin: CallOrigin): null {
    this.#tell(target, { type: 'event', event }, origin)
    return null
  }

  #read(call: CustomCall, own: () => unknown): Promise<unknown> {
    return callCustom(this.#host, call) ?? Promise.resolve(own())
  }

  async #change(
    call: CustomCall & { readonly input: ItemPlace },
    code: ErrorCode,
    own: () => ReturnType<StreamItems['set']>,
  ): Promise<ChangeResult> {
    const custom = callCustom(this.#host, call)
    const { oldValue, newValue, errors } =
      custom === undefined ? await own() : readCustomChange(await custom, call, code)
    // The result has been checked: it may be missing for a delete only.
    const data = newValue as Stored
    this.#tell(targetOf(call.input), { type: oldValue === undefined ? 'create' : 'update', data }, call.origin)
    const hasErrors = Array.isArray(errors) && errors.length > 0
    return withTextMembers({ old_value: oldValue ?? null, new_value: data, ...(hasErrors && { errors }) })
  }

  #tell(target: StreamTarget, change: StreamChange, { traceparent, baggage }: CallOrigin): void {
    this.#announce(streamMessage(target, change, this.#host.clock.epochMs()), { traceparent, baggage })
  }
}

/** The payload of the worker function: only the members of this operation. */
function callOf<I extends { readonly stream_name: string }>(operation: StreamOperation, given: I, origin: CallOrigin) {
  const members = INPUT_MEMBERS[operation].map((name) => [name, given[name as keyof I]])
  // The members in `given`, without those that a caller or the engine added.
  return { operation, input: Object.fromEntries(members) as I, origin }
}

const ITEM = ['stream_name', 'group_id', 'item_id']
const INPUT_MEMBERS: Readonly<Record<StreamOperation, readonly string[]>> = {
  get: ITEM,
  set: [...ITEM, 'data'],
  delete: ITEM,
  list: ['stream_name', 'group_id'],
  list_groups: ['stream_name'],
  update: [...ITEM, 'ops'],
}

function targetOf({ stream_name, group_id, item_id }: ItemPlace): StreamTarget {
  return { streamName: stream_name, groupId: group_id, id: item_id }
}
