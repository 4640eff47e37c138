/**
 * The options of `serveWorkflow` with their defaults and limits, and the checks of values that enter a journal.
 */
import { ErrorCode, invalidArgument, RuntimeError, SerdeError, type ErrorBody } from '../errors.js'
import { describe, messageOf } from '../std/text/describe.js'
import { utf8Length } from '../std/text/utf8.js'
import { nearestName } from '../std/text/nearest-name.js'
import { checkCount, checkRecord } from '../sdk/worker/check.js'
import { durationMs, type Duration } from '../sdk/worker/options/duration.js'
import type { RetryPolicy } from './flow.js'

/** Options of `serveWorkflow`. */
export interface ServeOptions {
  /** Maximum number of runs of this workflow in progress; waiting runs do not count. Default: 50. */
  readonly concurrency?: number | undefined
  /** The same for all workflows of the worker; the latest call sets it. Default: 200. */
  readonly workerConcurrency?: number | undefined
  /**
   * Concurrent requests to the engine for all runs of this workflow. Default: 16, which a durable engine stores in one
   * write; 1 while the engine answers bursts late, as the distributed engine does.
   */
  readonly requestsInFlight?: number | undefined
  /** How long a worker owns a run without renewing its claim. Default 15 s; at least 100 ms. */
  readonly lease?: Duration | undefined
  /**
   * Interval at which timers and runs are looked for that other workers have lost. Default 5 s; 1 minute on the virtual
   * clock of a test engine.
   */
  readonly sweepInterval?: Duration | undefined
  /** How long ended runs are kept. Default 7 days. */
  readonly retention?: Duration | undefined
  /** Operations of one run; use `continueAs` for more. Default 10,000. */
  readonly maxSteps?: number | undefined
  /** Bytes of the journal of one run. Default 16 MiB. */
  readonly maxJournalBytes?: number | undefined
  /** Bytes of one input, result or signal. Default 1 MiB. */
  readonly maxPayloadBytes?: number | undefined
  /**
   * For engines that acknowledge a write before it is stored: a result is used only once it is older than this and is
   * still there. Set it to the engine's save interval plus a margin. Default: off.
   */
  readonly settleTime?: Duration | undefined
}

/** The options in effect. */
export interface Settings {
  readonly concurrency: number
  readonly workerConcurrency: number
  /** `undefined`: depends on the engine. */
  readonly requestsInFlight: number | undefined
  readonly leaseMs: number
  readonly sweepIntervalMs: number
  readonly retentionMs: number
  readonly maxSteps: number
  readonly maxJournalBytes: number
  readonly maxPayloadBytes: number
  /** 0: results are used at once. */
  readonly settleMs: number
}

export const DEFAULT_LIMITS: Settings = {
  concurrency: 50,
  workerConcurrency: 200,
  requestsInFlight: undefined,
  leaseMs: 15_000,
  sweepIntervalMs: 5_000,
  retentionMs: 7 * 24 * 3_600_000,
  maxSteps: 10_000,
  maxJournalBytes: 16 * 1024 * 1024,
  maxPayloadBytes: 1024 * 1024,
  settleMs: 0,
}

/** A shorter lease would be lost whenever the event loop is busy for a moment. */
const MIN_LEASE_MS = 100
const MIN_SWEEP_MS = 10
/** Tests pass days in one go, and their workers lose nothing unless a test has them killed. */
const VIRTUAL_SWEEP_MS = 60_000

/**
 * Checks options and adds the defaults.
 * @param isVirtual whether time is simulated.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the option.
 */
export function settingsOf(options: ServeOptions = {}, isVirtual = false): Settings {
  checkRecord('options', options)
  checkKnown('serveWorkflow', options, SERVE_KEYS)
  const { requestsInFlight } = options
  const ms = (name: DurationName, least: number): number => {
    const given = options[name]
    return given === undefined
      ? DEFAULT_LIMITS[`${name === 'settleTime' ? 'settle' : name}Ms`]
      : checkLeast(name, durationMs(name, given), least)
  }
  const count = (name: CountName): number =>
    options[name] === undefined ? DEFAULT_LIMITS[name] : checkCount(name, options[name])
  return {
    concurrency: count('concurrency'),
    workerConcurrency: count('workerConcurrency'),
    requestsInFlight: requestsInFlight === undefined ? undefined : checkCount('requestsInFlight', requestsInFlight),
    maxSteps: count('maxSteps'),
    maxJournalBytes: count('maxJournalBytes'),
    maxPayloadBytes: count('maxPayloadBytes'),
    leaseMs: ms('lease', MIN_LEASE_MS),
    sweepIntervalMs:
      isVirtual && options.sweepInterval === undefined ? VIRTUAL_SWEEP_MS : ms('sweepInterval', MIN_SWEEP_MS),
    retentionMs: ms('retention', 0),
    settleMs: ms('settleTime', 0),
  }
}

type DurationName = 'lease' | 'sweepInterval' | 'retention' | 'settleTime'
type CountName = Exclude<keyof ServeOptions, DurationName | 'requestsInFlight'>
const SERVE_KEYS: readonly string[] = [
  ...['concurrency', 'workerConcurrency', 'requestsInFlight', 'lease', 'sweepInterval', 'retention'],
  ...['maxSteps', 'maxJournalBytes', 'maxPayloadBytes', 'settleTime'],
]

function checkLeast(name: string, ms: number, least: number): number {
  if (ms >= least) return ms
  throw invalidArgument(name, `at least ${String(least)} ms`, ms)
}

/** Refuses an option that nothing reads. */
export function checkKnown(subject: string, options: object, known: readonly string[]): void {
  const stray = Object.keys(options).find((key) => !known.includes(key))
  if (stray === undefined) return
  const nearest = nearestName(stray, known)
  const hint = nearest === undefined ? '' : `; did you mean \`${nearest}\`?`
  throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${subject} has no option \`${stray}\`${hint}`)
}

/** A retry policy in effect. */
export interface Retry {
  readonly attempts: number
  readonly initialDelayMs: number
  readonly maxDelayMs: number
}

const MAX_DEFAULT_DELAY_MS = 60_000

/**
 * Reads a retry policy.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the member.
 */
export function retryOf(policy: RetryPolicy = {}): Retry {
  checkRecord('retry', policy)
  checkKnown('retry', policy, ['attempts', 'backoff'])
  const { attempts = 3, backoff = '1s..1m' } = policy
  const [first = '', last] = typeof backoff === 'string' ? backoff.split('..') : [backoff]
  const initialDelayMs = durationMs('retry.backoff', first)
  const maxDelayMs =
    last === undefined ? Math.max(initialDelayMs, MAX_DEFAULT_DELAY_MS) : durationMs('retry.backoff', last)
  return { attempts: checkCount('retry.attempts', attempts), initialDelayMs, maxDelayMs }
}

/** A value as JSON keeps it, and its size. */
export interface Sized {
  readonly value: unknown
  readonly bytes: number
}

/**
 * A value in the form in which a journal keeps it. `undefined` becomes absent.
 * @throws {SerdeError} `serialization_error` for a function, symbol, BigInt, NaN, Infinity, Map, Set or cycle in it.
 * @throws {RuntimeError} `WORKFLOW_LIMIT` for more than `maxBytes`.
 */
export function journaled(subject: string, value: unknown, maxBytes: number): Sized {
  if (value === undefined) return { value: undefined, bytes: 0 }
  const text = textOf(subject, value)
  const bytes = utf8Length(text)
  if (bytes <= maxBytes) return { value: JSON.parse(text) as unknown, bytes }
  const limit = `${subject} has ${String(bytes)} bytes as JSON; at most ${String(maxBytes)} are allowed (\`maxPayloadBytes\`). Keep large data elsewhere and journal a reference`
  throw new RuntimeError(ErrorCode.WORKFLOW_LIMIT, limit)
}

function textOf(subject: string, value: unknown): string {
  try {
    return JSON.stringify(value, (key, member: unknown) => {
      if (isJson(member)) return member
      const place = key === '' ? '' : ` at \`${key}\``
      throw new TypeError(`found ${isCollection(member) ? `a ${member.constructor.name}` : describe(member)}${place}`)
    })
  } catch (cause) {
    const text = `${subject} is not JSON: ${messageOf(cause).slice(0, MAX_REASON_CHARACTERS)}. Return plain objects, arrays, strings, numbers, booleans or null`
    throw new SerdeError(ErrorCode.serialization_error, text, { cause })
  }
}

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return !isCollection(value) && typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint'
}

/** JSON has no form for these, and would write `{}`. */
function isCollection(value: unknown): value is Map<unknown, unknown> | Set<unknown> {
  return value instanceof Map || value instanceof Set
}

const MAX_REASON_CHARACTERS = 500
const MAX_STACK_CHARACTERS = 4_000

/** An error in the form in which a journal keeps it. */
export function errorBody(thrown: unknown): ErrorBody {
  const { code, detail } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    code?: unknown
    detail?: unknown
  }
  const message = typeof detail === 'string' ? detail : messageOf(thrown)
  const stack = thrown instanceof Error ? thrown.stack?.slice(0, MAX_STACK_CHARACTERS) : undefined
  return {
    code: typeof code === 'string' ? code : ErrorCode.invocation_failed,
    message: message.slice(0, MAX_STACK_CHARACTERS),
    ...(stack === undefined ? {} : { stacktrace: stack }),
  }
}
