/**
 * The items of one stream, read and changed through the engine.
 */
import { invalidArgument } from '../../../errors.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { checkId, checkRecord } from '../check.js'
import { callerOf, type CanTrigger } from '../calls/trigger-request.js'
import type { RegisteredItem, RegisteredStream } from '../registered-types.js'
import type {
  IStream,
  StreamDeleteInput,
  StreamDeleteResult,
  StreamGetInput,
  StreamListInput,
  StreamSetInput,
  StreamSetResult,
  StreamUpdateInput,
  StreamUpdateResult,
} from './stream-operations.js'

/** Input without the name of the stream. */
export type OptionalStreamName<TInput> = Omit<TInput, 'stream_name'> & { stream_name?: string }

/** `IStream` bound to one stream. Everything rejects as `trigger` does. */
export interface StreamClient<TData> extends IStream<TData> {
  /** The item, or null. */
  get(input: OptionalStreamName<StreamGetInput>): Promise<TData | null>
  /** Writes an item and resolves with the item before and after. */
  set(input: OptionalStreamName<Omit<StreamSetInput, 'data'>> & { data: TData }): Promise<StreamSetResult<TData> | null>
  /** Removes an item and resolves with what was removed. */
  delete(input: OptionalStreamName<StreamDeleteInput>): Promise<StreamDeleteResult>
  /** Reads all items of a group. */
  list(input: OptionalStreamName<StreamListInput>): Promise<TData[]>
  /** Lists the ids of the stream's groups. */
  listGroups(input?: { stream_name?: string }): Promise<string[]>
  /** Applies operations to an item in order, in one step. */
  update(input: OptionalStreamName<StreamUpdateInput>): Promise<StreamUpdateResult<TData> | null>
}

/**
 * Creates a client for one stream.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for something that cannot call, or a blank name.
 * @example
 * const messages = streamClient<Message>(worker, 'chat')
 * await messages.set({ group_id: 'room-1', item_id: 'm1', data: { text: 'hello' } })
 */
export function streamClient<Name extends RegisteredStream>(
  worker: CanTrigger,
  streamName: Name,
): StreamClient<RegisteredItem<Name>>
/** A client for a stream whose type of items the caller names. */
export function streamClient<TData>(worker: CanTrigger, streamName: string): StreamClient<TData>
export function streamClient<TData>(worker: CanTrigger, streamName: string): StreamClient<TData> {
  const trigger = callerOf('worker', worker)
  const stream_name = checkId('streamName', streamName)
  const call = async <TResult>(operation: string, input: object): Promise<TResult> => {
    const { stream_name: named = stream_name, ...rest } = checkRecord('input', input)
    if (named !== stream_name) throw invalidArgument('input.stream_name', `'${stream_name}' or left out`, named)
    const payload = { stream_name, ...rest }
    return trigger({ function_id: `stream::${operation}`, payload, namespace: DEFAULT_NAMESPACE })
  }
  return {
    // The engine sends no result for an item that is not there.
    get: async (input) => (await call<TData | undefined>('get', input)) ?? null,
    set: async (input) => (await call<StreamSetResult<TData> | undefined>('set', input)) ?? null,
    delete: async (input) => (await call<StreamDeleteResult | undefined>('delete', input)) ?? {},
    list: (input) => call('list', input),
    listGroups: async (input = {}) => groupsOf(await call('list_groups', input)),
    update: async (input) => (await call<StreamUpdateResult<TData> | undefined>('update', input)) ?? null,
  }
}

/** Engines answer with the groups, or with an object that holds them. */
export function groupsOf(answer: unknown): string[] {
  const groups = isRecord(answer) ? answer['groups'] : answer
  return Array.isArray(groups) ? (groups as string[]) : []
}
