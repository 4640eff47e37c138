/**
 * The journal of a run: one value for each operation of its flow. What it holds is appended, and the first element of
 * each list decides, for every worker. `Replay` compares a flow with its journal: what is journaled already, what is
 * new, and where code and journal differ. Pure; the session does the writing.
 */
import { ErrorCode, RuntimeError, type ErrorBody } from '../../errors.js'
import { utf8Length } from '../../std/text/utf8.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { firstOf, type KeptResults, type Run, type RunName } from './record.js'
import type { StoreOp } from './store.js'

/**
 * The kinds of operations: `signal` for `waitFor`, `value` for `now`, `random` and `uuid`, `patch` for `patched`, `undo`
 * for the `undo` of a step, and otherwise the method of `Flow` of the same name.
 */
export type OperationKind = 'step' | 'call' | 'sleep' | 'signal' | 'run' | 'value' | 'patch' | 'undo'

/** Members of every journal element. */
export interface Element {
  /** Names the writer. */
  readonly token: string
  /** The key of the operation, since engines list values without keys. */
  readonly key: string
  /** The generation of the run, from 0. */
  readonly generation: number
  /** When it was written, in milliseconds since 1970. */
  readonly at: number
}

/** Journal element: a waiting operation has begun. */
export interface Begun extends Element {
  /** When it stops waiting, in milliseconds since 1970; absent: never. */
  readonly due?: number
  /** The run that was started. */
  readonly child?: RunName
  /** The operation of the same branch that had ended last. */
  readonly after?: string
}

/** Journal element: an operation has ended. */
export interface Done extends Element {
  /** The result, as JSON; absent after an error, or if there is none. */
  readonly value?: unknown
  /** The error that ended the operation; absent after a success. */
  readonly error?: ErrorBody
  /** Order in which operations ended, as the writer saw it. */
  readonly order: number
  /** Attempts that have ended, the last one included. */
  readonly attempts?: number
  /** When the last attempt began, in milliseconds since 1970. */
  readonly startedAt?: number
  /** The operation of the same branch that had ended last. */
  readonly after?: string
  /** The signal that was consumed. */
  readonly signal?: ConsumedSignal
}

/** A signal that an operation has consumed. */
export interface ConsumedSignal {
  /** The key of the signals of its name and key, in the scope of the run. */
  readonly key: string
  /** Its place among them. */
  readonly index: number
  /** Identifies the signal. */
  readonly token: string
}

/** Journal element: an attempt failed and is retried. */
export interface JournalFailure extends Element {
  /** Which attempt failed, from 1. */
  readonly attempt: number
  /** The error of the attempt. */
  readonly error: ErrorBody
  /** When the next attempt is due, in milliseconds since 1970. */
  readonly due: number
  /** The operation of the same branch that had ended last. */
  readonly after?: string
}

/** Journal of one operation. */
export interface JournalEntry {
  /** Identifies the operation: branches, kind and name. */
  readonly key: string
  /** Set for an operation that waits. */
  readonly begun: Begun | undefined
  /** Set once the operation has ended. */
  readonly done: Done | undefined
  /** Failed attempts that were followed by another one, oldest first. */
  readonly failures: readonly JournalFailure[]
}

/** The list that an element is appended to. */
export type EntryPart = 'begun' | 'done' | 'failed'

/** Reads the value of one operation; `undefined` for anything else. */
export function readEntry(value: unknown): (JournalEntry & { readonly generation: number }) | undefined {
  if (!isRecord(value)) return undefined
  const begun = firstOf<Begun>(value['begun'])
  const done = firstOf<Done>(value['done'])
  const failures = readFailures(value['failed'])
  const element = done ?? begun ?? failures[0]
  if (element === undefined) return undefined
  return { key: element.key, generation: element.generation, begun, done, failures }
}

/** The first failure of each attempt counts: another one was appended again, or by a worker that had lost the run. */
function readFailures(value: unknown): JournalFailure[] {
  if (!Array.isArray(value)) return []
  const first = new Map<number, JournalFailure>()
  // Written by this package alone.
  for (const each of value as JournalFailure[]) if (!first.has(each.attempt)) first.set(each.attempt, each)
  return [...first.values()]
}

/** The entries of one generation among the values of a run's scope. */
export function readEntries(values: readonly unknown[], generation: number): JournalEntry[] {
  const entries = values.map(readEntry).filter((entry) => entry !== undefined)
  return entries.filter((entry) => entry.generation === generation)
}

/** The entries that a generation adopts from the one before: those that a retry keeps and that it does not have. */
export function adoptedEntries(
  values: readonly unknown[],
  { generation, kept }: Pick<Run, 'generation' | 'kept'>,
): JournalEntry[] {
  if (kept === undefined) return []
  const own = new Set(readEntries(values, generation).flatMap(({ key, done }) => (done === undefined ? [] : [key])))
  return keptEntries(readEntries(values, generation - 1), kept).filter(({ key }) => !own.has(key))
}

/**
 * The entries that a run keeps when it is retried from a step on; without one, from the first that failed or was undone.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a step that is not in the journal.
 */
export function keptEntries(entries: readonly JournalEntry[], { from }: KeptResults): JournalEntry[] {
  const undone = new Set(entries.filter(({ key }) => isUndo(key)).map(({ key }) => key.slice(UNDO.length)))
  const ended = entries.filter(({ key }) => !isUndo(key)).sort((a, b) => orderOf(a) - orderOf(b))
  const isFirst = ({ key, done }: JournalEntry): boolean =>
    from === undefined ? done?.error !== undefined || undone.has(key) : [key, partsOf(key).name].includes(from)
  const first = ended.findIndex(isFirst)
  if (first >= 0) return ended.slice(0, first).filter(({ done }) => done !== undefined)
  if (from === undefined) return ended.filter(({ done }) => done !== undefined)
  const known = ended.map(({ key }) => partsOf(key).name).slice(0, 20)
  throw new RuntimeError(
    ErrorCode.INVALID_ARGUMENT,
    `The run has no step '${from}'. It has: ${known.join(', ') || 'none'}`,
  )
}

function orderOf({ done }: JournalEntry): number {
  return done?.order ?? Infinity
}

/** The key of an operation's value in the scope of its run. */
export function entryKey(generation: number, key: string): string {
  return `${String(generation)}/${key}`
}

/** Appends an element to a list of an operation. */
export function entryOps(part: EntryPart, element: Begun | Done | JournalFailure): StoreOp[] {
  return [{ type: 'append', path: part, value: element }]
}

/** An operation as the flow asks for it. */
export interface Asked {
  readonly key: string
  /** The operation of the same branch that ended last. */
  readonly after: string | undefined
  /** Made where the flow called; its stack shows the place in the code. */
  readonly place: Error
}

/** Compares what a flow asks for with its journal. */
export class Replay {
  readonly #workflow: string
  readonly #entries: Map<string, JournalEntry>
  readonly #asked = new Set<string>()
  readonly #unasked: Set<string>
  /** The size of the journal when it was read. */
  readonly bytes: number

  constructor(workflow: string, entries: readonly JournalEntry[]) {
    this.#workflow = workflow
    this.bytes = entries.length === 0 ? 0 : utf8Length(JSON.stringify(entries))
    this.#entries = new Map(entries.map((entry) => [entry.key, entry]))
    this.#unasked = new Set(entries.filter(({ key }) => !isUndo(key)).map(({ key }) => key))
  }

  /** Whether the journal holds operations that the flow has not asked for. */
  get isBehind(): boolean {
    return this.#unasked.size > 0
  }

  keys(): Iterable<string> {
    return this.#entries.keys()
  }

  get size(): number {
    return this.#entries.size
  }

  /** Operations that have ended. */
  *ended(): Iterable<Done> {
    for (const { done } of this.#entries.values()) if (done !== undefined) yield done
  }

  /** Child runs that may not have ended. */
  *children(): Iterable<RunName> {
    for (const { begun, done } of this.#entries.values()) {
      if (begun?.child !== undefined && done === undefined) yield begun.child
    }
  }

  /**
   * Looks an operation up.
   * @throws {RuntimeError} `WORKFLOW_DUPLICATE_STEP` for a name that was used before, `WORKFLOW_DIVERGED` when the
   * journal has it behind an operation that the flow has not reached.
   */
  ask({ key, place }: Asked): JournalEntry | undefined {
    if (this.#asked.has(key)) {
      const text = `${this.#workflow} uses the name ${shown(key)} twice in one run, at ${placeOf(place)}. Give each step a name of its own, such as \`mail-\${n}\` in a loop`
      throw new RuntimeError(ErrorCode.WORKFLOW_DUPLICATE_STEP, text)
    }
    this.#asked.add(key)
    this.#unasked.delete(key)
    const entry = this.#entries.get(key)
    const before = entry?.begun?.after ?? entry?.done?.after ?? entry?.failures[0]?.after
    if (before !== undefined && !this.#asked.has(before)) throw this.#diverged(key, before, place)
    return entry
  }

  /**
   * Compares at a new operation, once everything that is journaled has been asked for.
   * @throws {RuntimeError} `WORKFLOW_DIVERGED` when the journal holds operations that the flow has left out.
   */
  checkNew(asked: Asked | undefined): void {
    const [left] = this.#unasked
    if (left !== undefined) throw this.#diverged(asked?.key, left, asked?.place)
  }

  /** Keeps what was written. */
  keep(entry: JournalEntry): void {
    this.#entries.set(entry.key, entry)
  }

  entry(key: string): JournalEntry | undefined {
    return this.#entries.get(key)
  }

  #diverged(seen: string | undefined, expected: string, place: Error | undefined): RuntimeError {
    const found = seen === undefined ? 'reached its end' : `asked for ${shown(seen)} at ${placeOf(place)}`
    const text = `The code of ${this.#workflow} does not fit the journal of this run: the journal has ${shown(expected)} next, the code ${found}. Keep names and order of steps, or branch with \`flow.patched(id)\``
    return new RuntimeError(ErrorCode.WORKFLOW_DIVERGED, text)
  }
}

const UNDO = 'undo:'

/** The key of the step that undoes another one. */
export function undoKey(key: string): string {
  return UNDO + key
}

function isUndo(key: string): boolean {
  return key.startsWith(UNDO)
}

const KEY =
  /^(?<undo>undo:)?(?<branches>(?:all(?:#\d+)?\..*?\/)*?)(?<kind>step|call|sleep|signal|run|value|patch):(?<name>.*)$/s

/** The kind and the name, with its branches, of the key of an operation. */
export function partsOf(key: string): { readonly kind: OperationKind; readonly name: string } {
  const { undo, branches = '', kind = 'step', name = key } = KEY.exec(key)?.groups ?? {}
  return { kind: undo === undefined ? (kind as OperationKind) : 'undo', name: branches + name }
}

/** A key as users know it: the kind, then the name with its branches. */
function shown(key: string): string {
  const { kind, name } = partsOf(key)
  return `${kind} '${name}'`
}

const OWN_CODE = /[\\/](?:src[\\/]workflow|iii-node[\\/]dist)[\\/]|node:/

/** Where in the user's code an operation was called. */
function placeOf(place: Error | undefined): string {
  const lines = (place?.stack ?? '').split('\n').slice(1)
  const line = lines.find((each) => !OWN_CODE.test(each)) ?? lines[0] ?? 'an unknown place'
  return line.trim().replace(/^at /, '')
}
