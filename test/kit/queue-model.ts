/**
 * A reference model of a named queue by brute force: every job with its state in one list, searched after each event.
 * No lanes, no timers; times are plain numbers. Returns when each attempt starts, and which jobs become dead letters.
 */
export interface ModelPolicy {
  readonly type: 'standard' | 'fifo'
  readonly max_retries: number
  readonly concurrency: number
  readonly backoff_ms: number
  readonly poll_interval_ms: number
}

export interface ModelJob {
  readonly id: number
  readonly group: string
  readonly arrivalMs: number
  /** How long each attempt takes and whether it succeeds. */
  readonly attempts: readonly { readonly durationMs: number; readonly succeeds: boolean }[]
}

interface ModelStart {
  readonly id: number
  readonly attempt: number
  readonly atMs: number
}

export interface ModelRun {
  readonly starts: readonly ModelStart[]
  /** Ids in the order they died, each with its attempts. */
  readonly dead: readonly (readonly [id: number, attempts: number])[]
}

interface State {
  readonly job: ModelJob
  phase: 'coming' | 'waiting' | 'running' | 'delayed' | 'over'
  /** When the current phase ends, for `coming`, `running` and `delayed`. */
  untilMs: number
  /** When it could first have been started, for `waiting`. */
  sinceMs: number
  /** Breaks ties of `sinceMs`: order in which jobs came to wait. */
  turn: number
  attempts: number
  failedAtMs: number
}

export function runQueueModel(policy: ModelPolicy, jobs: readonly ModelJob[]): ModelRun {
  const states = jobs.map((job): State => ({
    job,
    phase: 'coming',
    untilMs: job.arrivalMs,
    sinceMs: 0,
    turn: 0,
    attempts: 0,
    failedAtMs: 0,
  }))
  const starts: ModelStart[] = []
  const dead: (readonly [number, number])[] = []
  let turn = 0

  const wait = (state: State, nowMs: number): void => {
    Object.assign(state, { phase: 'waiting', untilMs: Infinity, sinceMs: nowMs, turn: turn++ })
  }
  /** In a fifo queue only the oldest unfinished job of a group may run. */
  const isFirst = (state: State): boolean =>
    policy.type === 'standard' ||
    states.find(
      (other) => other.job.group === state.job.group && other.phase !== 'over' && other.phase !== 'coming',
    ) === state
  const finish = (state: State, nowMs: number): void => {
    state.phase = 'over'
    state.untilMs = Infinity
    const next = states.find((other) => other.phase === 'waiting' && other.job.group === state.job.group)
    if (policy.type === 'fifo' && next !== undefined) wait(next, nowMs)
  }
  const end = (state: State, nowMs: number): void => {
    const { succeeds } = state.job.attempts[state.attempts - 1]!
    if (succeeds) {
      finish(state, nowMs)
      return
    }
    if (state.attempts >= policy.max_retries) {
      dead.push([state.job.id, state.attempts])
      finish(state, nowMs)
      return
    }
    const delayMs = Math.max(1, policy.backoff_ms) * 2 ** (state.attempts - 1)
    const { poll_interval_ms: pollMs } = policy
    Object.assign(state, {
      phase: 'delayed',
      failedAtMs: nowMs,
      untilMs: Math.ceil((nowMs + delayMs) / pollMs) * pollMs,
    })
  }
  const startWhatMay = (nowMs: number): void => {
    while (states.filter((state) => state.phase === 'running').length < policy.concurrency) {
      const [next] = states
        .filter((state) => state.phase === 'waiting' && isFirst(state))
        .sort((a, b) => a.sinceMs - b.sinceMs || a.turn - b.turn)
      if (next === undefined) return
      next.attempts += 1
      next.phase = 'running'
      next.untilMs = nowMs + next.job.attempts[next.attempts - 1]!.durationMs
      starts.push({ id: next.job.id, attempt: next.attempts, atMs: nowMs })
    }
  }

  for (;;) {
    const nowMs = Math.min(...states.map((state) => state.untilMs))
    if (nowMs === Infinity) return { starts, dead }
    const due = states.filter((state) => state.untilMs === nowMs).sort((a, b) => a.failedAtMs - b.failedAtMs)
    for (const state of due) {
      if (state.phase === 'running') end(state, nowMs)
      else wait(state, nowMs)
    }
    startWhatMay(nowMs)
  }
}
