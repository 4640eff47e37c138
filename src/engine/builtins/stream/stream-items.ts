/**
 * The storage of stream items in the engine, by stream and group. Knows neither events nor streams that workers store
 * themselves.
 */
import { ErrorCode } from '../../../errors.js'
import { orAnswer, type Store, type Stored, type Write } from '../../storage/store.js'
import type { UpdateOp } from '../../../wire/updates/update-op.js'
import type { UpdateOpError } from '../../../wire/updates/update-ops.js'
import type { LargeUpdates } from '../../storage/large-updates.js'

export interface GroupPlace {
  readonly stream_name: string
  readonly group_id: string
}

export interface ItemPlace extends GroupPlace {
  readonly item_id: string
}

/** A stored change; `oldValue` is `undefined` if there was no item. */
export interface ItemChange {
  readonly oldValue: Stored | undefined
  readonly newValue: Stored
  readonly errors: readonly UpdateOpError[]
}

export class StreamItems {
  readonly #store: Store
  readonly #updates: LargeUpdates

  constructor(store: Store, updates: LargeUpdates) {
    this.#store = store
    this.#updates = updates
  }

  get(place: ItemPlace): Stored | undefined {
    return this.#store.get(spaceOf(place), place.item_id)
  }

  /** Values of a group, in the order its items were first set. */
  list(place: GroupPlace): Stored {
    return this.#store.values(spaceOf(place))
  }

  groups(streamName: string): string[] {
    return this.all().get(streamName) ?? []
  }

  /** Groups of every stream. */
  all(): ReadonlyMap<string, string[]> {
    const streams = new Map<string, string[]>()
    for (const space of this.#store.spaces()) {
      const [stream, group] = placeOf(space)
      const groups = streams.get(stream)
      if (groups === undefined) streams.set(stream, [group])
      else groups.push(group)
    }
    return streams
  }

  /** @throws {InvocationError} STREAM_SET_ERROR. */
  async set(place: ItemPlace, value: Stored): Promise<ItemChange> {
    const oldValue = this.get(place)
    await this.#keep({ kind: 'put', space: spaceOf(place), key: place.item_id, value }, ErrorCode.STREAM_SET_ERROR)
    return { oldValue, newValue: value, errors: [] }
  }

  /** @throws {InvocationError} STREAM_UPDATE_ERROR. */
  async update(place: ItemPlace, ops: readonly UpdateOp[]): Promise<ItemChange> {
    const { oldValue, value, errors, kept } = await this.#updates.apply(
      () => this.get(place),
      ops,
      (updated) =>
        this.#keep(
          { kind: 'put', space: spaceOf(place), key: place.item_id, value: updated },
          ErrorCode.STREAM_UPDATE_ERROR,
        ),
    )
    await kept
    return { oldValue, newValue: value, errors }
  }

  /**
   * Removes an item and returns its value.
   * @throws {InvocationError} STREAM_DELETE_ERROR.
   */
  async delete(place: ItemPlace): Promise<Stored | undefined> {
    const oldValue = this.get(place)
    if (oldValue === undefined) return undefined
    await this.#keep({ kind: 'delete', space: spaceOf(place), key: place.item_id }, ErrorCode.STREAM_DELETE_ERROR)
    return oldValue
  }

  #keep(write: Write, code: ErrorCode): Promise<void> {
    return orAnswer(this.#store.write([write]), () => code)
  }
}

/** Stream and group as one unique name. */
export function spaceOf({ stream_name, group_id }: GroupPlace): string {
  return JSON.stringify([stream_name, group_id])
}

function placeOf(space: string): [stream: string, group: string] {
  // All spaces of this store are named by `spaceOf`.
  return JSON.parse(space) as [string, string]
}
