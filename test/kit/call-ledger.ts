/**
 * Calls and what became of them, held against what their handlers saw: every call settles once, in time, with an
 * outcome that is true. Knows no link and no engine.
 */
import { InvocationError, NotConnectedError } from '../../src/errors.js'

/** Codes that say that a handler never began. */
const DID_NOT_RUN = new Set(['function_not_found', 'WORKER_BUSY'])
/** Codes that leave open whether it did. */
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

export class CallLedger {
  readonly #limitMs: number
  readonly #outcomes: (Outcome | undefined)[] = []
  readonly #runs: number[] = []
  readonly #wrong: string[] = []
  #slowestMs = 0

  /** @param limitMs when a call has to have settled, from its start. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  get size(): number {
    return this.#outcomes.length
  }

  get slowestMs(): number {
    return this.#slowestMs
  }

  /** What a handler does with call `n`. */
  run(n: number): void {
    this.#runs[n] = (this.#runs[n] ?? 0) + 1
  }

  /** Makes the next call and resolves once it has settled or its limit has passed; true when it was answered. */
  async make(call: (n: number) => Promise<Answer>): Promise<boolean> {
    const n = this.#outcomes.length
    this.#outcomes.push(undefined)
    const startedAt = performance.now()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.#limitMs)))
    const settled = call(n).then(
      (answer) => this.#settle(n, answered(n, answer)),
      (error: unknown) => this.#settle(n, failed(error)),
    )
    await Promise.race([settled, late])
    clearTimeout(timer)
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startedAt)
    const outcome = this.#outcomes[n]
    if (outcome === undefined) this.#wrong.push(`call ${n} was pending after ${this.#limitMs} ms`)
    return outcome?.kind === 'answered'
  }

  /** How many calls ended in which way. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { what } of this.#outcomes.filter((outcome) => outcome !== undefined)) {
      counts[what] = (counts[what] ?? 0) + 1
    }
    return counts
  }

  /** Everything that is not as it should be; asked once no handler can begin any more. */
  get faults(): string[] {
    const untrue = this.#outcomes.flatMap((outcome, n) => {
      const runs = this.#runs[n] ?? 0
      if (runs > 1) return [`call ${n} ran ${runs} times`]
      if (outcome?.kind === 'answered' && runs === 0) return [`call ${n} was answered and never ran`]
      if (outcome?.kind === 'did not run' && runs > 0) return [`call ${n} ran, and its caller heard ${outcome.what}`]
      return outcome?.kind === 'wrong' ? [`call ${n}: ${outcome.what}`] : []
    })
    return [...this.#wrong, ...untrue]
  }

  #settle(n: number, outcome: Outcome): void {
    if (this.#outcomes[n] !== undefined) this.#wrong.push(`call ${n} settled twice`)
    this.#outcomes[n] = outcome
  }
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
