/** What a simulated workflow run is made of: programs that flows follow, requests, and faults. All plain data. */

/** One operation of a generated flow. */
export type Op =
  | {
      readonly do: 'step'
      readonly ms: number
      /** Attempts that fail. */
      readonly fails: number
      readonly attempts: number
      readonly undo?: 'works' | 'fails' | undefined
    }
  | { readonly do: 'sleep'; readonly ms: number }
  | {
      readonly do: 'wait'
      readonly signal: string
      readonly key?: string | undefined
      readonly ms?: number | undefined
    }
  | { readonly do: 'all'; readonly branches: readonly Program[] }
  | { readonly do: 'child'; readonly program: Program }
  | { readonly do: 'value' }
  | { readonly do: 'fail' }
  | { readonly do: 'again'; readonly program: Program }

export type Program = readonly Op[]

/** What a run is started with. */
export interface RunInput {
  /** The token of the start: names this run even after an engine has forgotten an earlier one with its id. */
  readonly token: string
  readonly generation: number
  readonly program: Program
}

export type Disaster =
  | { readonly kind: 'kill' | 'close' }
  | { readonly kind: 'cut' | 'freeze' | 'engine'; readonly ms: number }
  | { readonly kind: 'jump'; readonly ms: number }

export type Action =
  | { readonly do: 'start' | 'cancel' | 'pause' | 'resume' | 'wake'; readonly run: number; readonly from: number }
  | {
      readonly do: 'signal'
      readonly run: number
      readonly from: number
      readonly signal: string
      readonly key?: string | undefined
    }
  /** Strikes a machine now, or whichever machine sends the nth write from now on. */
  | {
      readonly do: 'disaster'
      readonly machine: number
      readonly disaster: Disaster
      readonly write?: { readonly nth: number; readonly phase: 'before' | 'after' } | undefined
    }

export interface WorkflowScenario {
  readonly seed: number
  readonly workers: number
  readonly latencyMs: number
  readonly leaseMs: number
  readonly sweepMs: number
  /** Runs at a time, in one worker. */
  readonly slots: number
  readonly requestsInFlight: number
  /** What the engine forgets in a crash; 0: nothing. */
  readonly saveMs: number
  /** How old a result has to be; 0: it is used at once. */
  readonly settleMs: number
  /** What the wall clock of each machine is off by. */
  readonly skewMs: readonly number[]
  /** Share of wake-ups that are lost, and as many are doubled. */
  readonly lostWakes: number
  readonly runs: readonly Program[]
  readonly steps: readonly { readonly at: number; readonly what: Action }[]
}

/** What becomes of a program without a request to cancel. */
export function expectedEnd(program: Program): 'completed' | 'failed' {
  for (const op of program) {
    switch (op.do) {
      case 'fail':
        return 'failed'
      case 'step':
        if (op.fails >= op.attempts) return 'failed'
        break
      case 'all':
        if (op.branches.some((branch) => expectedEnd(branch) === 'failed')) return 'failed'
        break
      case 'child':
        if (expectedEnd(op.program) === 'failed') return 'failed'
        break
      case 'again':
        return expectedEnd(op.program)
      case 'sleep':
      case 'wait':
      case 'value':
        break
    }
  }
  return 'completed'
}
