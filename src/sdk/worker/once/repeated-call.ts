/**
 * A call with `retry`: one promise over several attempts. Loaded when a call first asks for it.
 */
import { invalidArgument } from '../../../errors.js'
import { effectiveInitialDelayMs, type BackoffPolicy } from '../../../std/time/backoff.js'
import type { TriggerRequest } from '../calls/trigger-request.js'
import { checkDurationMs, checkRecord, checkSignal } from '../check.js'
import { durationMs } from '../options/duration.js'
import { keysOf, type UnknownOptions } from '../../../std/text/unknown-options.js'
import { didNotRun, isRepeatable, repeated, type RepeatParts } from './repeat.js'
import type { RetryOptions } from './retry-options.js'

const RETRY_KEYS = keysOf<RetryOptions>({ attempts: true, backoff: true, attemptTimeoutMs: true })

const DEFAULT_ATTEMPTS = 3
const DEFAULT_BACKOFF = '100ms..5s'

/** Members of a worker that retries need. */
export interface Repeater extends RepeatParts {
  readonly options: { readonly invocationTimeoutMs: number }
  readonly unknown: Pick<UnknownOptions, 'check'>
}

/** Retries a request until its outcome is final. */
export async function repeatedCall(
  worker: Repeater,
  { retry, ...request }: TriggerRequest,
  send: (request: TriggerRequest) => Promise<unknown>,
): Promise<unknown> {
  if (request.action?.type === 'void')
    throw invalidArgument('retry', "absent for a call with the action 'void', which waits for nothing", retry)
  const { attempts, backoff, attemptTimeoutMs } = checkRetry(retry)
  worker.unknown.check('retry', retry, RETRY_KEYS)
  const { function_id: functionId, idempotencyKey, signal } = request
  const hasKey = idempotencyKey !== undefined
  if (attemptTimeoutMs !== undefined && !hasKey) {
    const expected = 'used with `idempotencyKey`: without a key, a call that timed out is not sent again'
    throw invalidArgument('retry.attemptTimeoutMs', expected, attemptTimeoutMs)
  }
  const limitMs = checkDurationMs(
    'timeoutMs',
    request.timeoutMs ?? request.timeout_ms ?? worker.options.invocationTimeoutMs,
  )
  const endsAt = worker.clock.now() + limitMs
  const eachMs = attemptTimeoutMs ?? (hasKey ? limitMs / attempts : limitMs)
  const mayRepeat = (error: unknown): boolean => (hasKey ? isRepeatable : didNotRun)(error, functionId)
  const repetition = { attempts, backoff, endsAt, signal: checkSignal('signal', signal), mayRepeat }
  return repeated(worker, repetition, () =>
    send({ ...request, timeoutMs: Math.max(1, Math.min(eachMs, endsAt - worker.clock.now())) }),
  )
}

interface RetrySettings {
  readonly attempts: number
  readonly backoff: BackoffPolicy
  readonly attemptTimeoutMs: number | undefined
}

function checkRetry(retry: unknown): RetrySettings {
  const given = checkRecord('retry', retry) as RetryOptions
  const { attempts = DEFAULT_ATTEMPTS, backoff = DEFAULT_BACKOFF, attemptTimeoutMs } = given
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= MAX_ATTEMPTS))
    throw invalidArgument('retry.attempts', `a whole number from 1 to ${String(MAX_ATTEMPTS)}`, attempts)
  if (attemptTimeoutMs !== undefined) checkDurationMs('retry.attemptTimeoutMs', attemptTimeoutMs)
  return { attempts, backoff: backoffOf(backoff), attemptTimeoutMs }
}

const MAX_ATTEMPTS = 100

function backoffOf(given: unknown): BackoffPolicy {
  const [first, last = first, ...rest] = typeof given === 'string' ? given.split('..') : [given]
  const initialDelayMs = durationMs('retry.backoff', first as string | number)
  const maxDelayMs = durationMs('retry.backoff', last as string | number)
  if (rest.length > 0 || maxDelayMs < initialDelayMs)
    throw invalidArgument('retry.backoff', "a duration, or two as in '100ms..5s', the shorter one first", given)
  return {
    initialDelayMs,
    maxDelayMs: Math.max(maxDelayMs, effectiveInitialDelayMs({ initialDelayMs })),
    backoffMultiplier: 2,
    jitterFactor: 0.3,
  }
}
