/**
 * Update operations on stored values. A small value is parsed and changed at once. Of a large one only the members that
 * the operations name are parsed: its text is read piece by piece in the lane of expensive work, and what changed is put
 * in between. Either way an update happens in one step: if the value changed meanwhile, its text is read again.
 */
import { ErrorCode, InvocationError } from '../errors.js'
import { JsonText, OUTLINE_LIMITS } from '../protocol/json-text.js'
import { isRecord, type JsonValue } from '../protocol/validate.js'
import { JsonOutline } from '../std/json-outline.js'
import type { TickLane } from '../std/tick-lane.js'
import type { Stored } from './storage/store.js'
import type { UpdateOp } from '../updates/update-op.js'
import { applyUpdateOps, type UpdateOpError } from '../updates/update-ops.js'

/** Updates of large values that wait. */
const MAX_WAITING = 1_000
/** Characters of a large value that are read in one tick. */
const PIECE_CHARACTERS = 128 * 1024

export interface Updated {
  readonly oldValue: Stored | undefined
  readonly value: Stored
  /** In the order of the operations. */
  readonly errors: readonly UpdateOpError[]
  /** Settles when the value is kept. */
  readonly kept: Promise<void>
}

export class LargeUpdates {
  readonly #lane: TickLane
  #waiting = 0

  constructor(lane: TickLane) {
    this.#lane = lane
  }

  /**
   * Applies operations to what `read` returns and hands the outcome to `write`, in one tick.
   * @throws {InvocationError} `MESSAGE_TOO_LARGE` when too much of a large value would have to be parsed;
   * `PENDING_QUEUE_FULL` when too many updates of large values wait.
   */
  apply(
    read: () => Stored | undefined,
    ops: readonly UpdateOp[],
    write: (value: Stored) => Promise<void>,
  ): Promise<Updated> {
    const present = read()
    if (present instanceof JsonText) return this.#applyToText(read, ops, write)
    const { value, errors } = applyUpdateOps(present, ops)
    return Promise.resolve({ oldValue: present, value, errors, kept: write(value) })
  }

  async #applyToText(...[read, ops, write]: Parameters<LargeUpdates['apply']>): Promise<Updated> {
    if (this.#waiting >= MAX_WAITING) {
      const message = `${String(MAX_WAITING)} updates of large values wait; try again later`
      throw new InvocationError({ code: ErrorCode.PENDING_QUEUE_FULL, message })
    }
    this.#waiting += 1
    try {
      let outcome = await this.#inLane(read, ops, write)
      while (outcome === undefined) outcome = await this.#inLane(read, ops, write)
      return outcome
    } finally {
      this.#waiting -= 1
    }
  }

  /** `undefined` when the value changed while its text was read. */
  #inLane(...[read, ops, write]: Parameters<LargeUpdates['apply']>): Promise<Updated | undefined> {
    let reading: Reading | undefined
    return new Promise((resolve, reject) => {
      this.#lane.add(() => {
        try {
          const present = read()
          if (!(present instanceof JsonText)) {
            resolve(this.apply(() => present, ops, write))
            return true
          }
          // Begun when it is its turn: updates before it have changed the value.
          reading ??= new Reading(present, ops)
          if (reading.text !== present.text) resolve(undefined)
          else if (!reading.step()) return false
          else resolve(reading.change(write))
        } catch (error) {
          reject(error as Error)
        }
        return true
      })
    })
  }
}

/** The text of a large value, read as far as operations need it. */
class Reading {
  readonly #value: JsonText
  readonly #ops: readonly UpdateOp[]
  readonly #outline: JsonOutline | undefined

  constructor(value: JsonText, ops: readonly UpdateOp[]) {
    this.#value = value
    this.#ops = ops
    const keys = keysOf(value, ops)
    const limits = { ...OUTLINE_LIMITS, maxNodes: Infinity }
    this.#outline = keys === undefined ? undefined : new JsonOutline(value.text, limits, keys)
  }

  get text(): string {
    return this.#value.text
  }

  /** Reads on; true when all is read. */
  step(): boolean {
    return this.#outline?.step(PIECE_CHARACTERS) ?? true
  }

  change(write: (value: Stored) => Promise<void>): Updated {
    const outline = this.#outline?.members === undefined ? undefined : this.#outline
    // Stored values have been JSON all along.
    const current = outline === undefined ? (this.#value.parse() as JsonValue) : partOf(outline)
    const { value, errors } = applyUpdateOps(current, this.#ops)
    const updated = outline === undefined ? value : withPart(outline, value as Record<string, JsonValue>)
    return { oldValue: this.#value, value: updated, errors, kept: write(updated) }
  }
}

/** The members of the root that operations reach; `undefined` when they reach all of it. */
function keysOf({ text }: JsonText, ops: readonly UpdateOp[]): ReadonlySet<string> | undefined {
  if (!text.startsWith('{')) return undefined
  const keys = new Set<string>()
  for (const op of ops) {
    const [key] = op.path
    if (key !== undefined) keys.add(key)
    else if (op.type === 'merge' && isRecord(op.value)) Object.keys(op.value).forEach((name) => keys.add(name))
    else return undefined
  }
  return keys
}

/** The last of several members of one name counts, as for `JSON.parse`. */
function partOf({ text, members = [] }: JsonOutline): Record<string, JsonValue> {
  const entries = members.map(({ key, start, end, cost }): [string, JsonValue] => {
    return [key, new JsonText(text.slice(start, end), cost).parse() as JsonValue]
  })
  return Object.fromEntries(entries)
}

/** The text with the members of `part` in place of those that were read from it. */
function withPart({ text, members = [] }: JsonOutline, part: Readonly<Record<string, JsonValue>>): JsonText {
  let written = ''
  let from = 0
  for (const { key, keyStart, start, end } of members) {
    const isKept = Object.hasOwn(part, key)
    written += text.slice(from, isKept ? start : keyStart)
    if (isKept) written += JSON.stringify(part[key])
    const comma = isKept ? -1 : commaBehind(text, end)
    if (!isKept && comma === -1) written = withoutLastComma(written)
    from = comma === -1 ? end : comma + 1
  }
  const body = written + text.slice(from, -1)
  const known = new Set(members.map(({ key }) => key))
  const fresh = Object.entries(part).filter(([key]) => !known.has(key))
  const added = fresh.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  const isEmpty = body.slice(1).trim() === ''
  return new JsonText(`${body}${isEmpty || added.length === 0 ? '' : ','}${added.join(',')}}`)
}

/** The position of the comma behind a member; -1 behind the last one. */
function commaBehind(text: string, end: number): number {
  let at = end
  while (text.charCodeAt(at) <= 0x20) at++
  return text[at] === ',' ? at : -1
}

function withoutLastComma(text: string): string {
  const trimmed = text.trimEnd()
  return trimmed.endsWith(',') ? trimmed.slice(0, -1) : text
}
