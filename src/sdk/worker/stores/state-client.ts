/**
 * Values by scope and key, read and changed through the engine.
 */
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { checkRecord } from '../check.js'
import { callerOf, type CanTrigger } from '../calls/trigger-request.js'
import type { RegisteredScope, RegisteredValue, UndeclaredScope } from '../registered-types.js'
import type {
  IState,
  StateGetInput,
  StateListInput,
  StateSetInput,
  StateSetResult,
  StateUpdateInput,
  StateUpdateResult,
} from './state-operations.js'
import { groupsOf } from './stream-client.js'

/** `IState`, and the scopes there are. Everything rejects as `trigger` does. */
export interface StateClient extends IState {
  /** Reads a value of a scope whose type is declared in `Register`; null when there is none. */
  get<Scope extends RegisteredScope>(input: StateGetInput & { scope: Scope }): Promise<RegisteredValue<Scope> | null>
  /** Reads a value; null when there is none. */
  get<TData>(input: StateGetInput): Promise<TData | null>
  /** Writes a value of a scope whose type is declared in `Register`, and resolves with the value before and after. */
  set<Scope extends RegisteredScope>(
    input: Omit<StateSetInput, 'scope' | 'value'> & { scope: Scope; value: RegisteredValue<Scope> },
  ): Promise<StateSetResult<RegisteredValue<Scope>> | null>
  /** Writes a value and resolves with the value before and after. */
  set<TData, Scope extends string = string>(
    input: StateSetInput & { scope: UndeclaredScope<Scope> },
  ): Promise<StateSetResult<TData> | null>
  /** Reads all values of a scope whose type is declared in `Register`. */
  list<Scope extends RegisteredScope>(input: { scope: Scope }): Promise<RegisteredValue<Scope>[]>
  /** Reads all values of a scope. */
  list<TData>(input: StateListInput): Promise<TData[]>
  /** Applies operations to a value of a scope whose type is declared in `Register`, in order and in one step. */
  update<Scope extends RegisteredScope>(
    input: StateUpdateInput & { scope: Scope },
  ): Promise<StateUpdateResult<RegisteredValue<Scope>> | null>
  /** Applies operations to a value in order, in one step. */
  update<TData>(input: StateUpdateInput): Promise<StateUpdateResult<TData> | null>
  /** Names of all scopes. */
  listGroups(): Promise<string[]>
}

/**
 * Creates a client for state.
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
  const client: IState & Pick<StateClient, 'listGroups'> = {
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
  return client
}
