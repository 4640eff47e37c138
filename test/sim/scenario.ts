/**
 * A scenario as plain data: which workers there are, what they do and what is done to them, each at its moment. Any step
 * can be left out of it, so a failing one shrinks.
 */
import type { Token } from './guests.js'

/** What a handler does with a call. */
export type Behaviour =
  | { readonly kind: 'value' }
  | { readonly kind: 'throw' }
  | { readonly kind: 'later'; readonly ms: number; readonly fails: boolean }
  /** Runs until its signal aborts. */
  | { readonly kind: 'until-aborted' }
  | {
      readonly kind: 'nested'
      readonly functionId: string
      readonly inner: Behaviour
      readonly linked: boolean
      readonly afterMs: number
    }

/** Who a worker is, if it is not one like the others. */
export type Role =
  /** Serves the auth function of the guarded listener. */
  | { readonly kind: 'guardian' }
  /** Comes by the guarded listener. */
  | { readonly kind: 'guest'; readonly token: Token }
  | Claim
  | Traced

/** Sends telemetry: so many frames of it may wait, and so long does a span wait for others. */
export interface Traced {
  readonly kind: 'traced'
  readonly capacity: number
  readonly flushMs: number
}

/** Claims the functions of the first worker of its group. */
export interface Claim {
  readonly kind: 'claimant'
  readonly group: number
  readonly onConflict: 'wait' | 'fail'
  readonly sharesName: boolean
}

export interface WorkerPlan {
  readonly role?: Role
  readonly functions: number
  readonly maxConcurrentInvocations: number | undefined
  readonly ownConcurrency: number | undefined
  readonly reconnection: {
    readonly initialDelayMs: number
    readonly maxRetries: number
    readonly maxPendingMessages: number
    readonly maxPendingAgeMs: number
    readonly maxDelayMs?: number
  }
}

export interface PlannedCall {
  readonly worker: number
  readonly functionId: string
  readonly behaviour: Behaviour
  readonly padBytes: number
}

export type Action =
  | (PlannedCall & { readonly kind: 'call'; readonly timeoutMs: number; readonly abortAfterMs: number | undefined })
  | (PlannedCall & { readonly kind: 'void' })
  | (PlannedCall & {
      readonly kind: 'enqueue'
      readonly queue: string
      readonly group: string
      readonly timeoutMs: number
    })
  | { readonly kind: 'register' | 'unregister'; readonly worker: number; readonly functionId: string }
  | { readonly kind: 'bind'; readonly worker: number; readonly type: string; readonly functionId: string }
  | { readonly kind: 'unbind'; readonly worker: number; readonly nth: number }
  | { readonly kind: 'provide' | 'withdraw'; readonly worker: number; readonly type: string }
  | { readonly kind: 'ready'; readonly worker: number; readonly timeoutMs: number }
  | {
      readonly kind: 'channel'
      readonly worker: number
      readonly reader: number
      readonly items: readonly number[]
      readonly bufferSize: number
      readonly readDelayMs: number
      readonly timeoutMs: number
    }
  | { readonly kind: 'publish'; readonly worker: number; readonly topic: string; readonly timeoutMs: number }
  | {
      readonly kind: 'state'
      readonly worker: number
      readonly how: StateHow
      readonly key: string
      readonly timeoutMs: number
    }
  /** Binds a new function to a topic, or to a key of the state. */
  | { readonly kind: 'watch'; readonly worker: number; readonly type: 'subscribe' | 'state'; readonly on: string }
  /** Binds a function of another worker to a topic. */
  | { readonly kind: 'spy'; readonly worker: number; readonly functionId: string; readonly topic: string }
  /** Makes spans and lines of a log. */
  | { readonly kind: 'tell'; readonly worker: number; readonly spans: number; readonly lines: number }
  | { readonly kind: 'unwatch'; readonly worker: number; readonly nth: number }
  | { readonly kind: 'shutdown'; readonly worker: number; readonly drainMs: number | undefined }

export type StateHow = 'set' | 'get' | 'update' | 'delete'

export type Fault =
  | {
      readonly kind: 'reset'
      readonly worker: number
      readonly nth: number
      readonly keeps: { readonly toServer: boolean; readonly toClient: boolean }
    }
  | {
      readonly kind: 'cut'
      readonly worker: number
      readonly nth: number
      readonly direction: 'toServer' | 'toClient'
      readonly frames: number
      readonly keepsOther: boolean
    }
  | {
      readonly kind: 'blackhole'
      readonly worker: number
      readonly nth: number
      readonly directions: 'both' | 'toServer' | 'toClient'
      readonly forMs: number
    }
  | {
      readonly kind: 'stall'
      readonly worker: number
      readonly nth: number
      readonly direction: 'toServer' | 'toClient'
      readonly forMs: number
    }
  | { readonly kind: 'close-frame'; readonly worker: number; readonly code: number }
  | {
      readonly kind: 'dials'
      readonly worker: number
      readonly how: 'refuse' | 'hang' | 'status' | 'accept-then-close'
      readonly forMs: number
    }
  | { readonly kind: 'freeze'; readonly worker: number | 'engine'; readonly forMs: number }
  | { readonly kind: 'epoch'; readonly worker: number | 'engine'; readonly byMs: number }
  | { readonly kind: 'crash'; readonly worker: number }
  | { readonly kind: 'restart'; readonly graceful: boolean; readonly downMs: number }

export interface Step {
  readonly at: number
  readonly what: Action | Fault
}

export interface Scenario {
  readonly seed: number
  readonly latencyMs: number
  readonly jitterMs: number
  readonly bytesPerByte: number
  readonly workers: readonly WorkerPlan[]
  readonly steps: readonly Step[]
}

/** Whether a step is something done to the workers, not by them. */
export function isFault(what: Action | Fault): what is Fault {
  return FAULT_KINDS.has(what.kind)
}

const FAULT_KINDS: ReadonlySet<string> = new Set<Fault['kind']>([
  'reset',
  'cut',
  'blackhole',
  'stall',
  'close-frame',
  'dials',
  'freeze',
  'epoch',
  'crash',
  'restart',
])
