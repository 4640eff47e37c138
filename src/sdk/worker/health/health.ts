/**
 * Whether a worker serves: connected, registered, answered by its engine, and not on its way out. What probes ask; nothing
 * is sent to find it out.
 */
import { PING_INTERVAL_MS } from '../../connection/options.js'
import { IIIConnectionState } from '../../connection/state.js'
import type { Clock } from '../../../std/time/clock.js'
import type { Functions } from '../functions/functions.js'
import type { Link, LinkPart } from '../link.js'
import type { Triggers } from '../triggers/triggers.js'
import type { Conflicts } from '../lifecycle/conflicts.js'

/** Health of a worker: whether it is ready, and the problems. */
export type WorkerHealth = {
  /** The state of the connection. */
  state: IIIConnectionState
  /**
   * Whether calls reach this worker: connected, everything registered and nothing refused, not draining, and the engine
   * answered within 25 s. Names that another worker holds do not count; they are in `waitingNames`.
   */
  isReady: boolean
  /** Why it is not ready, a sentence each; empty when it is. */
  problems: string[]
  /** Whether a shutdown waits for running handlers. */
  isDraining: boolean
  /** Functions, and the worker's own name, that another worker holds and this one waits for (`onConflict: 'wait'`). */
  waitingNames: string[]
  /** Milliseconds since the engine last answered on this connection; `undefined` without a connection. */
  sinceAnswerMs: number | undefined
}

/** The parts of a worker that its health depends on. */
export interface HealthParts {
  readonly link: Link
  readonly clock: Clock
  readonly functions: Functions
  readonly triggers: Triggers
  readonly conflicts: Conflicts | undefined
  readonly isDraining: boolean
}

/** An answer that is this old is overdue: a ping leaves every 20 s, and its pong may take 5 s. */
const ANSWER_OVERDUE_MS = PING_INTERVAL_MS + 5_000

export class Health implements LinkPart {
  readonly #parts: HealthParts
  #answeredAt: number | undefined

  constructor(parts: HealthParts) {
    this.#parts = parts
  }

  accepted(): void {
    this.ponged()
  }

  ponged(): void {
    this.#answeredAt = this.#parts.clock.now()
  }

  lost(): void {
    this.#answeredAt = undefined
  }

  over(): void {
    this.lost()
  }

  now(): WorkerHealth {
    const { link, clock, conflicts, isDraining } = this.#parts
    const sinceAnswerMs = this.#answeredAt === undefined ? undefined : clock.now() - this.#answeredAt
    const problems = [...this.#problems(sinceAnswerMs)]
    return {
      state: link.connection.state,
      isReady: problems.length === 0,
      problems,
      isDraining,
      waitingNames: (conflicts?.held ?? []).map(({ function_id: id, worker_name: name }) => id ?? name ?? ''),
      sinceAnswerMs,
    }
  }

  *#problems(sinceAnswerMs: number | undefined): Generator<string> {
    const { link, functions, triggers, isDraining } = this.#parts
    const { state } = link.connection
    if (isDraining) yield 'The worker is shutting down.'
    if (state !== IIIConnectionState.Connected) yield `The connection to the engine is ${state}.`
    else if (sinceAnswerMs !== undefined && sinceAnswerMs > ANSWER_OVERDUE_MS)
      yield `The engine last answered ${String(Math.round(sinceAnswerMs / 1_000))} s ago.`
    const refused = [...functions.refused.keys(), ...triggers.refused.keys()]
    if (refused.length > 0) yield `The engine refused ${refused.slice(0, MAX_NAMED).join(', ')}.`
  }
}

/** Refused ids that a problem names. */
const MAX_NAMED = 10
