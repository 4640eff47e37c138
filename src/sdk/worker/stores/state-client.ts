/**
 * Values by scope and key, read and changed through the engine.
 */
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { checkRecord } from '../check.js'
import { callerOf, type CanTrigger } from '../calls/trigger-request.js'
import type { IState } from './state-operations.js'
import { groupsOf } from './stream-client.js'

/** `IState`, and the scopes there are. Everything rejects as `trigger` does. */
export interface StateClient extends IState {
  /** Names of all scopes. */
  listGroups(): Promise<string[]>
}

/**
 * A client for state.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for something that cannot call.
 * @example
 * const state = stateClient(worker)
 * await state.update({ scope: 'cart', key: 'u1', ops: [UpdateOp.increment('items', 1)] })
 */
export function stateClient(worker: CanTrigger): StateClient {
  const trigger = callerOf('worker', worker)
  const call = async <TResult>(operation: string, input: object): Promise<TResult> => {
    const payload = checkRecord('input', input)
    return trigger({ function_id: `state::${operation}`, payload, namespace: DEFAULT_NAMESPACE })
  }
  return {
    // The engine sends no result for a key that is not there.
    get: async <TData>(input: object) => (await call<TData | undefined>('get', input)) ?? null,
    set: (input) => call('set', input),
    // The answer to a delete is the old value itself.
    delete: async (input) => {
      const old_value = await call<unknown>('delete', input)
      return old_value === undefined ? {} : { old_value }
    },
    list: (input) => call('list', input),
    update: (input) => call('update', input),
    listGroups: async () => groupsOf(await call('list_groups', {})),
  }
}
