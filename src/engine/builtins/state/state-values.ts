/**
 * State values by scope and key. Every change reads and writes in one step, so changes of one key never interleave.
 * Triggers fire once a change is stored.
 */
import { ErrorCode } from '../../../errors.js'
import { withTextMembers, type JsonText } from '../../../wire/protocol/json-text.js'
import type { FieldType } from '../../../wire/protocol/validate.js'
import type { Trace } from '../../triggers/fire.js'
import { orAnswer, type Store, type Stored, type StoredList, type StoreError, type Write } from '../../storage/store.js'
import type { UpdateOp } from '../../../wire/updates/update-op.js'
import type { UpdateOpError } from '../../../wire/updates/update-ops.js'
import type { LargeUpdates } from '../../storage/large-updates.js'
import type { StateChange } from './state-triggers.js'
import type { updateResult } from '../../declare/update-ops.js'

/** The address of a value. */
export interface Place {
  readonly scope: string
  readonly key: string
}

/** The result of a change; text if a value is large. */
type ChangeResult = FieldType<typeof updateResult> | JsonText

export class StateValues {
  readonly #store: Store
  readonly #updates: LargeUpdates
  readonly #onChange: (change: StateChange, trace: Trace) => void

  constructor(store: Store, updates: LargeUpdates, onChange: (change: StateChange, trace: Trace) => void) {
    this.#store = store
    this.#updates = updates
    this.#onChange = onChange
  }

  get({ scope, key }: Place): Stored | undefined {
    return this.#store.get(scope, key)
  }

  list(scope: string): StoredList {
    return this.#store.values(scope)
  }

  /** Names of all scopes, sorted. */
  scopes(): string[] {
    return [...this.#store.spaces()].sort()
  }

  /** @throws {InvocationError} VALUE_TOO_LARGE, SET_ERROR. */
  async set({ scope, key }: Place, value: Stored, trace: Trace): Promise<ChangeResult> {
    const oldValue = this.#store.get(scope, key)
    await this.#keep({ kind: 'put', space: scope, key, value }, ErrorCode.SET_ERROR)
    this.#onChange({ scope, key, oldValue, newValue: value }, trace)
    return resultOf(oldValue, value, [])
  }

  /**
   * Removes a value and returns it.
   * @throws {InvocationError} DELETE_ERROR.
   */
  async delete({ scope, key }: Place, trace: Trace): Promise<Stored | undefined> {
    const oldValue = this.#store.get(scope, key)
    if (oldValue !== undefined) await this.#keep({ kind: 'delete', space: scope, key }, ErrorCode.DELETE_ERROR)
    this.#onChange({ scope, key, oldValue, newValue: undefined }, trace)
    return oldValue
  }

  /** @throws {InvocationError} VALUE_TOO_LARGE, UPDATE_ERROR. */
  async update({ scope, key }: Place, ops: readonly UpdateOp[], trace: Trace): Promise<ChangeResult> {
    const { oldValue, value, errors, kept } = await this.#updates.apply(
      () => this.#store.get(scope, key),
      ops,
      (updated) => this.#keep({ kind: 'put', space: scope, key, value: updated }, ErrorCode.UPDATE_ERROR),
    )
    await kept
    this.#onChange({ scope, key, oldValue, newValue: value }, trace)
    return resultOf(oldValue, value, errors)
  }

  #keep(write: Write, code: ErrorCode): Promise<void> {
    const codeOf = ({ reason }: StoreError): ErrorCode =>
      reason === 'value_too_large' ? ErrorCode.VALUE_TOO_LARGE : code
    return orAnswer(this.#store.write([write]), codeOf)
  }
}

function resultOf(oldValue: Stored | undefined, newValue: Stored, errors: readonly UpdateOpError[]): ChangeResult {
  return withTextMembers({ old_value: oldValue ?? null, new_value: newValue, ...(errors.length > 0 && { errors }) })
}
