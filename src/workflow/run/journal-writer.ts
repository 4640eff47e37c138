/**
 * Writes to the journal of one run, for one owner. Returns what the journal holds after that: of an operation that two
 * workers have performed, both continue with the result that was journaled first.
 */
import { ErrorCode, RuntimeError, type ErrorBody } from '../../errors.js'
import type { Clock } from '../../std/time/clock.js'
import type { Operation } from './branch.js'
import {
  entryKey,
  entryOps,
  readEntry,
  type Begun,
  type Done,
  type JournalEntry,
  type JournalFailure,
  type Replay,
} from '../records/journal.js'
import type { Settings } from '../options.js'
import { scopeOf, type Run } from '../records/record.js'
import type { Store } from '../records/store.js'

/** What a writer works with. */
export interface WriterParts {
  readonly store: Store
  readonly clock: Clock
  readonly settings: Settings
}

/** How an operation ended, as the code that performed it reports it. */
export type Finished = Omit<Done, 'token' | 'key' | 'generation' | 'at' | 'order' | 'after'> & {
  /** The size of the value. */
  readonly bytes?: number
}

/** The size of an element of the journal without its value. */
const ELEMENT_BYTES = 200

export class JournalWriter {
  readonly replay: Replay
  readonly #parts: WriterParts
  readonly #run: Run
  readonly #token: string
  #order = 0
  #bytes: number

  constructor(parts: WriterParts, run: Run, replay: Replay) {
    this.#parts = parts
    this.#run = run
    this.#token = run.claim?.token ?? ''
    this.replay = replay
    this.#bytes = replay.bytes
    for (const { order } of replay.ended()) this.#order = Math.max(this.#order, order + 1)
  }

  /** Journals that an operation that waits has begun. */
  async begin(operation: Operation, members: Pick<Begun, 'due' | 'child'>): Promise<Begun> {
    const entry = await this.#append(operation, 'begun', members)
    // eslint-disable-next-line @typescript-eslint/no-non-null-assertion -- the list has at least the element that was appended
    return entry.begun!
  }

  /** Journals how an operation ended. @returns what counts: what was journaled first. */
  async finish(operation: Operation, { bytes = 0, ...members }: Finished): Promise<Done> {
    this.#bytes += bytes
    const entry = await this.#append(operation, 'done', { ...members, order: this.#order++ })
    // What another worker journaled first may be further on.
    this.#order = Math.max(this.#order, (entry.done?.order ?? 0) + 1)
    // eslint-disable-next-line @typescript-eslint/no-non-null-assertion -- the list has at least the element that was appended
    return entry.done!
  }

  /** Journals a failed attempt. */
  async failed(
    operation: Operation,
    members: Pick<JournalFailure, 'attempt' | 'error' | 'due'>,
  ): Promise<readonly JournalFailure[]> {
    return (await this.#append(operation, 'failed', members)).failures
  }

  /** The limit that the journal exceeds, in words. */
  get excess(): ErrorBody | undefined {
    const { maxSteps, maxJournalBytes } = this.#parts.settings
    const tooMany = this.replay.size > maxSteps ? `${String(maxSteps)} operations (\`maxSteps\`)` : undefined
    const tooLarge =
      this.#bytes > maxJournalBytes ? `${String(maxJournalBytes)} bytes (\`maxJournalBytes\`)` : undefined
    const limit = tooMany ?? tooLarge
    if (limit === undefined) return undefined
    const message = `The journal of this run of ${this.#run.start.workflow} has more than ${limit}. Use \`continueAs\`, or raise the limit and resume the run`
    return { code: ErrorCode.WORKFLOW_LIMIT, message }
  }

  async #append({ key, branch }: Operation, part: 'begun' | 'done' | 'failed', members: object): Promise<JournalEntry> {
    const { store, clock } = this.#parts
    const { start, generation } = this.#run
    const after = branch.last === undefined ? {} : { after: branch.last }
    const element = { token: this.#token, key, generation, at: clock.epochMs(), ...after, ...members }
    // The members are those of the part.
    const ops = entryOps(part, element)
    const entry = readEntry(await store.update(scopeOf(start), entryKey(generation, key), ops))
    if (entry === undefined) {
      throw new RuntimeError(ErrorCode.UPDATE_ERROR, `The journal of ${start.run} was changed by other code`)
    }
    this.replay.keep(entry)
    this.#bytes += ELEMENT_BYTES
    return entry
  }
}
