/**
 * Lets a worker keep the items of a stream itself: the engine then asks the worker instead of its own store.
 */
import { invalidArgument } from '../../../errors.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { isRecord, type JsonValue } from '../../../wire/protocol/validate.js'
import { parseUpdateOps } from '../../../wire/updates/update-op.js'
import { applyUpdateOps } from '../../../wire/updates/update-ops.js'
import { checkFunction, checkId, checkRecord } from '../check.js'
import type { IIIClient } from '../client.js'
import { REPORT, type Reporting } from '../diagnostics/diagnostics.js'
import type { FunctionRef, RemoteFunctionHandler } from '../functions/functions.js'
import type {
  IStream,
  StreamDeleteInput,
  StreamGetInput,
  StreamListGroupsInput,
  StreamListInput,
  StreamSetInput,
  StreamSetResult,
  StreamUpdateInput,
  StreamUpdateResult,
} from './stream-operations.js'

const METHODS = ['get', 'set', 'delete', 'list', 'listGroups'] as const

/**
 * Serves a stream from your own store: registers `stream::get(<name>)`, `::set`, `::delete`, `::list`,
 * `::list_groups` and `::update`. An update calls the store's own `update`. Where that gives `null`, the item is read with
 * `get`, the operations are applied, and the result is written with `set`; meanwhile no other `set`, `delete` or such
 * update of the item runs in this worker.
 *
 * The engine looks for such stores in the default namespace only, so a worker of another namespace is warned that it will
 * not be asked.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a client or a store that is none, `DUPLICATE_FUNCTION` for a stream that
 * this client serves already; nothing is registered then.
 */
export function createStream<TData>(iii: IIIClient, streamName: string, stream: IStream<TData>): void {
  const client: unknown = iii
  if (!isRecord(client)) throw invalidArgument('iii', 'a client made by registerWorker', client)
  checkFunction('iii.registerFunction', client['registerFunction'])
  const name = checkId('streamName', streamName)
  const store = checkRecord('stream', stream)
  for (const method of METHODS) checkFunction(`stream.${method}`, store[method])
  warnIfNeverAsked(iii, name)
  const turns = new ItemTurns()
  registerAll(iii, [
    [`stream::get(${name})`, (input: StreamGetInput) => stream.get(input)],
    [`stream::set(${name})`, (input: StreamSetInput) => turns.take(input, () => stream.set(input))],
    [`stream::delete(${name})`, (input: StreamDeleteInput) => turns.take(input, () => stream.delete(input))],
    [`stream::list(${name})`, (input: StreamListInput) => stream.list(input)],
    [`stream::list_groups(${name})`, (input: StreamListGroupsInput) => stream.listGroups(input)],
    [`stream::update(${name})`, (input: StreamUpdateInput) => update(stream, input, turns)],
  ])
}

async function update<TData>(
  stream: IStream<TData>,
  input: StreamUpdateInput,
  turns: ItemTurns,
): Promise<StreamUpdateResult<unknown>> {
  const { ops, ...item } = input
  // Stores in JavaScript may come without it.
  const own = await (stream as Partial<IStream<TData>>).update?.(input)
  if (own !== null && own !== undefined) return own
  const parsed = parseUpdateOps(`stream::update(${item.stream_name})`, ops)
  return turns.take(item, async () => {
    // Items of a stream are JSON.
    const before = ((await stream.get(item)) ?? undefined) as JsonValue | undefined
    const { value, errors } = applyUpdateOps(before, parsed)
    const kept: StreamSetResult<unknown> | null = await stream.set({ ...item, data: value })
    const result = { old_value: before ?? null, new_value: kept?.new_value ?? value }
    return errors.length === 0 ? result : { ...result, errors: [...errors] }
  })
}

/** Work on items, one at a time for each item, in the order it came. */
class ItemTurns {
  readonly #last = new Map<string, Promise<unknown>>()

  take<T>({ group_id, item_id }: { group_id: string; item_id: string }, work: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([group_id, item_id])
    const done = (this.#last.get(key) ?? Promise.resolve()).then(work)
    const settled = done
      .catch(() => undefined) // Its own caller receives the error.
      .then(() => {
        if (this.#last.get(key) === settled) this.#last.delete(key)
      })
    this.#last.set(key, settled)
    return done
  }
}

type Registration = readonly [id: string, handler: RemoteFunctionHandler]

/** Registers all or nothing. */
function registerAll(iii: IIIClient, registrations: readonly Registration[]): void {
  const registered: FunctionRef[] = []
  try {
    for (const [id, handler] of registrations) registered.push(iii.registerFunction(id, handler))
  } catch (error) {
    for (const ref of registered) ref.unregister()
    throw error
  }
}

function warnIfNeverAsked(iii: IIIClient, streamName: string): void {
  const { namespace, [REPORT]: report } = iii as Partial<Reporting> & { readonly namespace?: string }
  if (namespace === undefined || namespace === DEFAULT_NAMESPACE) return
  report?.({ kind: 'stream_out_of_reach', streamName, namespace })
}
