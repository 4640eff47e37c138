/**
 * Compares calls and their outcomes with what the handlers recorded. Every call must settle once, in time, and its
 * outcome must match the handler. Callers and handlers may be in separate processes, each with its part of the ledger.
 * Does not depend on a connection or an engine.
 */
import { InvocationError, NotConnectedError } from '../../src/errors.js'

/** Error codes that mean that the handler never ran. */
const DID_NOT_RUN = new Set(['function_not_found', 'WORKER_BUSY'])
/** Error codes that leave open whether it ran. */
const MAY_HAVE_RUN = new Set(['TIMEOUT', 'invocation_stopped'])

export interface Answer {
  readonly n: number
  readonly text: string
}

interface Outcome {
  readonly kind: 'answered' | 'did not run' | 'unknown' | 'wrong'
  /** The code of the error, or what is wrong. */
  readonly what: string
}

/** What one process knows. */
export interface LedgerPart {
  /** Calls made here, by their number, and how they ended. */
  readonly outcomes: readonly (readonly [n: number, outcome: Outcome])[]
  /** Calls whose handler began here, and how often. */
  readonly runs: readonly (readonly [n: number, times: number])[]
  /** What was wrong in itself. */
  readonly wrong: readonly string[]
  readonly slowestMs: number
}

export interface LedgerOptions {
  /** When a call has to have settled, from its start. */
  readonly limitMs: number
  /** Number of the first call made here. */
  readonly first: number
  /** From one call's number to the next. */
  readonly step: number
}

export class CallLedger {
  readonly #options: LedgerOptions
  readonly #outcomes = new Map<number, Outcome>()
  readonly #runs = new Map<number, number>()
  readonly #wrong: string[] = []
  #made = 0
  #slowestMs = 0

  constructor(options: LedgerOptions) {
    this.#options = options
  }

  /** Calls made here so far. */
  get made(): number {
    return this.#made
  }

  get part(): LedgerPart {
    const [outcomes, runs] = [[...this.#outcomes], [...this.#runs]]
    return { outcomes, runs, wrong: this.#wrong, slowestMs: this.#slowestMs }
  }

  /** What a handler does with call `n`. */
  run(n: number): void {
    this.#runs.set(n, (this.#runs.get(n) ?? 0) + 1)
  }

  /** Makes the next call and resolves once it has settled or its limit has passed; true when it was answered. */
  async make(call: (n: number) => Promise<Answer>): Promise<boolean> {
    const { first, step, limitMs } = this.#options
    const n = first + step * this.#made++
    const startedAt = performance.now()
    let timer: NodeJS.Timeout | undefined
    // eslint-disable-next-line local/real-time -- the limit of a call over a real socket
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)))
    const settled = call(n).then(
      (answer) => this.#settle(n, answered(n, answer)),
      (error: unknown) => this.#settle(n, failed(error)),
    )
    await Promise.race([settled, late])
    clearTimeout(timer)
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startedAt)
    const outcome = this.#outcomes.get(n)
    if (outcome === undefined) this.#wrong.push(`call ${n} was pending after ${limitMs} ms`)
    return outcome?.kind === 'answered'
  }

  #settle(n: number, outcome: Outcome): void {
    if (this.#outcomes.has(n)) this.#wrong.push(`call ${n} settled twice`)
    this.#outcomes.set(n, outcome)
  }
}

/** How many calls ended in which way. */
export function countsOf(parts: readonly LedgerPart[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [, { what }] of parts.flatMap(({ outcomes }) => outcomes)) counts[what] = (counts[what] ?? 0) + 1
  return counts
}

/** Returns all problems. Call it when no handler can start any more. */
export function faultsOf(parts: readonly LedgerPart[]): string[] {
  const runs = new Map<number, number>()
  for (const [n, times] of parts.flatMap((part) => part.runs)) runs.set(n, (runs.get(n) ?? 0) + times)
  const twice = [...runs].flatMap(([n, times]) => (times > 1 ? [`call ${n} ran ${times} times`] : []))
  const untrue = parts
    .flatMap(({ outcomes }) => outcomes)
    .flatMap(([n, { kind, what }]) => {
      const ran = runs.has(n)
      if (kind === 'answered' && !ran) return [`call ${n} was answered and never ran`]
      if (kind === 'did not run' && ran) return [`call ${n} ran, and its caller received ${what}`]
      return kind === 'wrong' ? [`call ${n}: ${what}`] : []
    })
  return [...parts.flatMap(({ wrong }) => wrong), ...twice, ...untrue]
}

/** What the handler of call `n` answers. */
export function answerOf(n: number): Answer {
  return { n, text: 'x'.repeat(n % 97) }
}

function answered(n: number, answer: Answer): Outcome {
  const right = answer.n === n && answer.text === answerOf(n).text
  return right ? { kind: 'answered', what: 'answered' } : { kind: 'wrong', what: `answered ${JSON.stringify(answer)}` }
}

function failed(error: unknown): Outcome {
  if (error instanceof NotConnectedError) {
    const kind = error.outcome === 'not_sent' ? 'did not run' : 'unknown'
    return { kind, what: `${error.code}, ${error.outcome}` }
  }
  const code = error instanceof InvocationError ? error.code : undefined
  if (code !== undefined && DID_NOT_RUN.has(code)) return { kind: 'did not run', what: code }
  if (code !== undefined && MAY_HAVE_RUN.has(code)) return { kind: 'unknown', what: code }
  return { kind: 'wrong', what: String(error) }
}
