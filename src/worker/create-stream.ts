/**
 * Lets a worker keep the items of a stream itself: the engine then asks the worker instead of its own store.
 */
import { invalidArgument } from '../errors.js'
import { DEFAULT_NAMESPACE } from '../protocol/names.js'
import { isRecord } from '../protocol/validate.js'
import { checkFunction, checkId, checkRecord } from './check.js'
import type { IIIClient } from './client.js'
import { REPORT, type Reporting } from './diagnostics.js'
import type { FunctionRef, RemoteFunctionHandler } from './functions.js'
import type {
  IStream,
  StreamDeleteInput,
  StreamGetInput,
  StreamListGroupsInput,
  StreamListInput,
  StreamSetInput,
} from './stream-operations.js'

const METHODS = ['get', 'set', 'delete', 'list', 'listGroups'] as const

/**
 * Serves a stream from a store of one's own. `update` stays with the engine. The engine looks for such stores in the
 * default namespace only, so a worker of another namespace is warned that it will not be asked.
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
  registerAll(iii, [
    [`stream::get(${name})`, (input: StreamGetInput) => stream.get(input)],
    [`stream::set(${name})`, (input: StreamSetInput) => stream.set(input)],
    [`stream::delete(${name})`, (input: StreamDeleteInput) => stream.delete(input)],
    [`stream::list(${name})`, (input: StreamListInput) => stream.list(input)],
    [`stream::list_groups(${name})`, (input: StreamListGroupsInput) => stream.listGroups(input)],
  ])
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
