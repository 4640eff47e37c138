/**
 * Records from outside what simulated runs do and what the engine holds of them, and reports at once what must not happen.
 * Nothing that is killed or forgets reaches it.
 */
import type { JsonValue } from '../../src/wire/protocol/validate.js'
import { readEntry, type Done } from '../../src/workflow/records/journal.js'
import { readRun, RECORD_KEY, scopeOf, type RunOutcome, type RunName } from '../../src/workflow/records/record.js'
import type { RunInput } from './workflow-scenario.js'
import type { Engine, Machine } from './workflow-stage.js'

/** A step or an undo that ran. */
export interface Execution {
  /** Names the operation: start token, generation, key. */
  readonly id: string
  readonly number: number
  ended: boolean
}

/** An operation with an undo, as a flow named it. */
export interface Undoable {
  readonly id: string
  /** Its place in the program: an operation behind it in the same branch has a greater number at the first difference. */
  readonly place: string
}

export class Recorder {
  readonly problems: string[] = []
  /** Counts changes of runs. */
  changes = 0
  readonly executions: Execution[] = []
  /** Results that flows went on with, by start token, generation and place. */
  readonly used = new Map<string, string>()
  /** What the journal held first, by the id of the operation. */
  readonly journaled = new Map<string, Done>()
  /** When it was journaled, and whether by a worker that no longer had the run. */
  readonly journaledAt = new Map<string, { readonly at: number; readonly isLate: boolean }>()
  readonly #removed = new Set<string>()
  readonly #claims = new Map<string, string>()
  readonly #claimedAt = new Map<string, number>()
  readonly undoables = new Map<string, Undoable>()
  /** Undos that were journaled, in their order, by the id of the operation that they undo. */
  readonly undone = new Set<string>()
  /** The outcome of each start, by its token. */
  readonly outcomes = new Map<string, { readonly outcome: RunOutcome; readonly at: number }>()
  /** Runs that were started, by the token of their start. */
  readonly inputs = new Map<string, { readonly name: RunName; readonly input: RunInput }>()
  readonly lines: string[] | undefined
  readonly #engine: Engine
  /** Whether the engine keeps what it has acknowledged. */
  readonly #isDurable: boolean

  constructor(engine: Engine, { saveMs, trace }: { readonly saveMs: number; readonly trace: boolean }) {
    this.#engine = engine
    this.#isDurable = saveMs === 0
    this.lines = trace ? [] : undefined
    engine.onWritten = (scope, key, value) => this.#written(scope, key, value)
    engine.onForgotten = () => {
      this.changes += 1
      this.note('engine', () => 'forgets')
    }
  }

  get now(): number {
    return this.#engine.parts.schedule.now
  }

  note(who: string, line: () => string): void {
    this.lines?.push(`${String(this.now).padStart(8)} ${who.padEnd(8)} ${line()}`)
  }

  violate(problem: string): void {
    this.problems.push(problem)
    this.note('PROBLEM', () => problem)
  }

  /** A body of a step begins. */
  begin(machine: Machine, id: string): Execution {
    const execution = { id, number: this.executions.length + 1, ended: false }
    this.executions.push(execution)
    this.note(machine.name, () => `runs ${id} (execution ${execution.number})`)
    if (this.#isDurable) this.#checkOwner(machine, id)
    return execution
  }

  /**
   * Who runs something has the run, and knows what was journaled before that. What a superseded worker journals later it
   * may not know.
   */
  #checkOwner(machine: Machine, id: string): void {
    const token = runOf(id).replace(/\/\d+\/$/, '')
    const { name } = this.inputs.get(token)!
    const owner = readRun(this.#engine.value(scopeOf(name), RECORD_KEY))?.claim
    if (owner?.worker !== machine.name)
      this.violate(`${id} runs in ${machine.name}, and the run is ${String(owner?.worker)}'s`)
    const { at, isLate } = this.journaledAt.get(id) ?? {}
    if (at === undefined || (isLate === true && at > (this.#claimedAt.get(token) ?? 0))) return
    this.violate(`${id} runs again although it is journaled`)
  }

  /** An undo begins. */
  beginUndo(machine: Machine, undoing: string): void {
    const id = undoing.replace('/undo:', '/')
    this.begin(machine, undoing)
    if (!this.#isDurable) return
    if (this.journaled.get(id)?.error !== undefined) this.violate(`${id} has failed and is undone`)
    if (!this.journaled.has(id)) this.violate(`${id} is undone and was not journaled`)
    const own = this.undoables.get(id)
    for (const other of this.undoables.values()) {
      if (own === undefined || runOf(id) !== runOf(other.id) || this.undone.has(other.id)) continue
      const isLate = this.journaledAt.get(other.id)?.isLate ?? true
      const isJournaled = !isLate && this.journaled.get(other.id)?.error === undefined
      if (isJournaled && isBehind(other.place, own.place)) this.violate(`${id} is undone before ${other.id}`)
    }
  }

  /** A flow goes on with a result. */
  use(machine: Machine, place: string, value: unknown): void {
    const text = value === undefined ? 'undefined' : JSON.stringify(value)
    this.note(machine.name, () => `goes on from ${place} with ${text}`)
    const before = this.used.get(place)
    if (before === undefined) this.used.set(place, text)
    else if (before !== text) this.violate(`two executors went on from ${place} with ${before} and ${text}`)
  }

  #written(scope: string, key: string, value: JsonValue | undefined): void {
    this.note('engine', () => `${scope} ${key} = ${value === undefined ? 'removed' : JSON.stringify(value)}`)
    if (!scope.includes('/run/')) return
    if (value === undefined) this.#removed.add(`${scope} ${key}`)
    if (key === RECORD_KEY) this.changes += 1
    if (value === undefined) return
    if (key === RECORD_KEY) this.#recordWritten(value)
    else this.#journalWritten(scope, key, value)
  }

  #recordWritten(value: JsonValue): void {
    const run = readRun(value)
    if (run === undefined) return
    const { token, workflow, run: id } = run.start
    if (!this.inputs.has(token)) {
      this.inputs.set(token, { name: { workflow, run: id }, input: run.start.input as RunInput })
    }
    if (run.claim !== undefined && this.#claims.get(token) !== run.claim.token) {
      this.#claims.set(token, run.claim.token)
      this.#claimedAt.set(token, this.now)
    }
    const before = this.outcomes.get(token)
    if (run.outcome !== undefined && before === undefined) {
      this.outcomes.set(token, { outcome: run.outcome, at: this.now })
    } else if (this.#isDurable && before !== undefined) {
      if (JSON.stringify(run.outcome) === JSON.stringify(before.outcome)) return
      this.violate(`${token} ended ${before.outcome.status}, and then ${run.outcome?.status ?? 'went on'}`)
    } else if (before !== undefined && run.outcome !== undefined) {
      this.outcomes.set(token, { outcome: run.outcome, at: this.now })
    }
  }

  #journalWritten(scope: string, key: string, value: JsonValue): void {
    const entry = readEntry(value)
    if (entry?.done === undefined) return
    const run = readRun(this.#engine.value(scope, RECORD_KEY))
    const id = `${String(run?.start.token)}/${entry.generation}/${entry.key}`
    const before = this.journaled.get(id)
    if (before === undefined || !this.#isDurable) {
      this.journaled.set(id, entry.done)
      this.journaledAt.set(id, { at: this.now, isLate: entry.done.token !== run?.claim?.token })
      this.#checkFirst(id, entry.begun?.due, entry.done)
    } else if (this.#removed.has(`${scope} ${key}`)) {
      if (entry.generation >= (run?.generation ?? Infinity)) this.violate(`the journal of ${id} was removed too early`)
    } else if (JSON.stringify(before) !== JSON.stringify(entry.done)) this.violate(`the journal of ${id} changed`)
  }

  #checkFirst(id: string, due: number | undefined, done: Done): void {
    if (done.signal === undefined && due !== undefined && done.at < due)
      this.violate(`${id} ended ${due - done.at} ms early`)
    if (id.includes('/undo:')) this.undone.add(id.replace('/undo:', '/'))
    if (!this.#isDurable || done.signal === undefined) return
    const { key, index, token } = done.signal
    const twice = [...this.journaled].find(([other, { signal }]) => other !== id && signal?.token === token)
    if (twice !== undefined) this.violate(`signal ${index} of ${key} was consumed by ${twice[0]} and ${id}`)
  }
}

/** The start token and the generation in an id: whole numbers stand between slashes nowhere else. */
export function runOf(id: string): string {
  return /^.*\/\d+\//s.exec(id)?.[0] ?? id
}

/** Whether one place of a program is reached only after another one: places are `index.branch.index…`. */
function isBehind(later: string, earlier: string): boolean {
  const [a, b] = [later.split('.').map(Number), earlier.split('.').map(Number)]
  const at = a.findIndex((number, index) => number !== b[index])
  return at >= 0 && at % 2 === 0 && b[at] !== undefined && a[at]! > b[at]
}
