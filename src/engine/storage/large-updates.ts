/**
 * Applies update operations to stored values. A small value is parsed and changed at once. Of a large one only the
 * members that the operations name are parsed: its text is scanned in pieces in the lane of expensive work, and changed
 * members are spliced in. Each update is atomic: if the value changed meanwhile, its text is scanned again.
 */
import { ErrorCode, InvocationError } from '../../errors.js'
import { JsonText, OUTLINE_LIMITS } from '../../wire/protocol/json-text.js'
import { LARGE_JSON_CHARACTERS } from '../../wire/protocol/limits.js'
import { isRecord, type JsonValue } from '../../wire/protocol/validate.js'
import { JsonOutline, type OutlineMember } from '../../std/json/json-outline.js'
import type { TickLane } from '../../std/time/tick-lane.js'
import type { Stored } from './store.js'
import type { UpdateOp } from '../../wire/updates/update-op.js'
import { applyUpdateOps, type UpdateOpError } from '../../wire/updates/update-ops.js'

/** Maximum waiting updates of large values. */
const MAX_WAITING = 1_000
/** Characters of a large value that are scanned per tick. */
const PIECE_CHARACTERS = 128 * 1024

export interface Updated {
  readonly oldValue: Stored | undefined
  readonly value: Stored
  /** In the order of the operations. */
  readonly errors: readonly UpdateOpError[]
  /** Settles when the value is stored. */
  readonly kept: Promise<void>
}

/** Positions of members in a text. */
interface Located {
  readonly text: string
  /** The names that were searched for. */
  readonly keys: ReadonlySet<string>
  readonly members: readonly OutlineMember[]
}

export class LargeUpdates {
  readonly #lane: TickLane
  /** The text that the latest update wrote, while others wait. */
  #latest: Located | undefined
  #waiting = 0

  constructor(lane: TickLane) {
    this.#lane = lane
  }

  /**
   * Applies operations to the result of `read` and passes the outcome to `write`, in one tick.
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
      if (this.#waiting === 0) this.#latest = undefined
    }
  }

  /** `undefined` if the value changed while its text was scanned. */
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
          // Started in its turn, since earlier updates have changed the value.
          reading ??= new Reading(present, ops, this.#latest)
          if (reading.text !== present.text) resolve(undefined)
          else if (!reading.step()) return false
          else {
            const { updated, located } = reading.change(write)
            this.#latest = located
            resolve(updated)
          }
        } catch (error) {
          reject(error)
        }
        return true
      })
    })
  }
}

/** The text of a large value, scanned as far as operations need it. */
class Reading {
  readonly #value: JsonText
  readonly #ops: readonly UpdateOp[]
  readonly #keys: ReadonlySet<string> | undefined
  readonly #outline: JsonOutline | undefined
  /** Positions of members, if an earlier update found them. */
  readonly #known: Located | undefined

  constructor(value: JsonText, ops: readonly UpdateOp[], latest: Located | undefined) {
    this.#value = value
    this.#ops = ops
    this.#keys = keysOf(value, ops)
    if (latest?.text === value.text && isSame(latest.keys, this.#keys)) this.#known = latest
    else if (this.#keys !== undefined) {
      this.#outline = new JsonOutline(value.text, { ...OUTLINE_LIMITS, maxNodes: Infinity }, this.#keys)
    }
  }

  get text(): string {
    return this.#value.text
  }

  /** Continues the scan; true once it is complete. */
  step(): boolean {
    return this.#outline?.step(PIECE_CHARACTERS) ?? true
  }

  change(write: (value: Stored) => Promise<void>): {
    readonly updated: Updated
    readonly located: Located | undefined
  } {
    const members = this.#known?.members ?? this.#outline?.members
    // Stored values are always valid JSON.
    const current = members === undefined ? (this.#value.parse() as JsonValue) : partOf(this.text, members)
    const { value, errors } = applyUpdateOps(current, this.#ops)
    const oldValue = this.#value
    if (members === undefined || this.#keys === undefined) {
      return { updated: { oldValue, value, errors, kept: write(value) }, located: undefined }
    }
    const written = withPart({ text: this.text, keys: this.#keys, members }, value as Record<string, JsonValue>)
    const text = new JsonText(written.text)
    return { updated: { oldValue, value: text, errors, kept: write(text) }, located: written }
  }
}

function isSame(some: ReadonlySet<string>, others: ReadonlySet<string> | undefined): boolean {
  return others?.size === some.size && [...some].every((key) => others.has(key))
}

/** The members of the root that operations touch; `undefined` if they touch all of it. */
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

/** The last of several members with one name counts, as for `JSON.parse`. */
function partOf(text: string, members: readonly OutlineMember[]): Record<string, JsonValue> {
  const entries = members.map(({ key, start, end, cost }): [string, JsonValue] => {
    return [key, new JsonText(text.slice(start, end), cost).parse() as JsonValue]
  })
  return Object.fromEntries(entries)
}

/** The text with the members of `part` in place of the scanned ones. */
function withPart({ text, keys, members }: Located, part: Readonly<Record<string, JsonValue>>): Located {
  let written = ''
  let from = 0
  const moved: OutlineMember[] = []
  for (const { key, keyStart, start, end } of members) {
    const isKept = Object.hasOwn(part, key)
    written += text.slice(from, isKept ? start : keyStart)
    if (isKept) {
      const newStart = written.length
      written += JSON.stringify(part[key])
      const place = { keyStart: newStart - (start - keyStart), start: newStart, end: written.length }
      // The cost of parsing is known for small values only.
      if (written.length - newStart <= LARGE_JSON_CHARACTERS) moved.push({ key, ...place, cost: 0 })
    }
    const comma = isKept ? -1 : commaBehind(text, end)
    if (!isKept && comma === -1) written = withoutLastComma(written)
    from = comma === -1 ? end : comma + 1
  }
  const body = written + text.slice(from, -1)
  const known = new Set(members.map(({ key }) => key))
  const fresh = Object.entries(part).filter(([key]) => !known.has(key))
  const added = fresh.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  const isEmpty = body.slice(1).trim() === ''
  const isMoved = moved.length === members.length && fresh.length === 0
  return {
    text: `${body}${isEmpty || added.length === 0 ? '' : ','}${added.join(',')}}`,
    // If members were added, removed or are large, the next update scans the text again.
    keys: isMoved ? keys : new Set(),
    members: isMoved ? moved : [],
  }
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
