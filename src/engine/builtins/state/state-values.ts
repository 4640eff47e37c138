/**
 * State as its functions see it: a value under a scope and a key. Every change reads and writes in one turn, so changes
 * of one key never mix; triggers hear of a change once it is kept.
 */
import type { JsonValue } from '../../../protocol/validate.js'
import type { Trace } from '../../fire.js'
import { orAnswer } from '../../storage/storage-error.js'
import type { Store, StoreError, Write } from '../../storage/store.js'
import type { UpdateOp } from '../../../updates/update-op.js'
import { applyUpdateOps, type UpdateOpError } from '../../../updates/update-ops.js'
import type { StateChange } from './state-triggers.js'

/** Where a value is. */
export interface Place {
  readonly scope: string
  readonly key: string
}

/** A change as the caller is told. */
export type ChangeResult = { old_value: JsonValue; new_value: JsonValue; errors?: readonly UpdateOpError[] }

export class StateValues {
  readonly #store: Store
  readonly #onChange: (change: StateChange, trace: Trace) => void

  constructor(store: Store, onChange: (change: StateChange, trace: Trace) => void) {
    this.#store = store
    this.#onChange = onChange
  }

  get({ scope, key }: Place): JsonValue | undefined {
    return this.#store.get(scope, key)
  }

  list(scope: string): JsonValue[] {
    return Array.from(this.#store.entries(scope), ([, value]) => value)
  }

  /** Names of all scopes, sorted. */
  scopes(): string[] {
    return [...this.#store.spaces()].sort()
  }

  /** @throws {InvocationError} VALUE_TOO_LARGE, SET_ERROR. */
  async set({ scope, key }: Place, value: JsonValue, trace: Trace): Promise<ChangeResult> {
    const oldValue = this.#store.get(scope, key)
    await this.#keep({ kind: 'put', space: scope, key, value }, 'SET_ERROR')
    this.#onChange({ scope, key, oldValue, newValue: value }, trace)
    return { old_value: oldValue ?? null, new_value: value }
  }

  /**
   * Removes a value and answers with it.
   * @throws {InvocationError} DELETE_ERROR.
   */
  async delete({ scope, key }: Place, trace: Trace): Promise<JsonValue | undefined> {
    const oldValue = this.#store.get(scope, key)
    if (oldValue !== undefined) await this.#keep({ kind: 'delete', space: scope, key }, 'DELETE_ERROR')
    this.#onChange({ scope, key, oldValue, newValue: undefined }, trace)
    return oldValue
  }

  /** @throws {InvocationError} VALUE_TOO_LARGE, UPDATE_ERROR. */
  async update({ scope, key }: Place, ops: readonly UpdateOp[], trace: Trace): Promise<ChangeResult> {
    const oldValue = this.#store.get(scope, key)
    const { value, errors } = applyUpdateOps(oldValue, ops)
    await this.#keep({ kind: 'put', space: scope, key, value }, 'UPDATE_ERROR')
    this.#onChange({ scope, key, oldValue, newValue: value }, trace)
    return { old_value: oldValue ?? null, new_value: value, ...(errors.length > 0 && { errors }) }
  }

  #keep(write: Write, code: string): Promise<void> {
    const codeOf = ({ reason }: StoreError): string => (reason === 'value_too_large' ? 'VALUE_TOO_LARGE' : code)
    return orAnswer(this.#store.write([write]), codeOf)
  }
}
