/**
 * Idempotency keys and the options of work that runs once per key, as users write them. Loaded with every worker, so that a
 * wrong option is refused where it is given; the work itself is in `once.ts`.
 */
import { ErrorCode, invalidArgument, InvocationError } from '../../../errors.js'
import { describe } from '../../../std/text/describe.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { checkId, checkRecord } from '../check.js'
import { durationMs, type Duration } from '../options/duration.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** Options of `idempotent`. */
export type OnceOptions = {
  /** Time to keep a key and its result, from the first use. Default: `'24h'`, minimum 1 s. */
  ttl?: Duration | undefined
  /**
   * Where keys are kept in engine state; the same key in another scope is another key. Default: the id of the function,
   * `once` for `worker.once`, each behind the worker's namespace.
   */
  scope?: string | undefined
  /**
   * What happens when the worker died before it recorded a result. `'fail'`: later callers receive
   * `IDEMPOTENCY_UNKNOWN`. `'rerun'`: the work runs again, for work that may run twice. Default `'fail'`.
   */
  onLost?: 'fail' | 'rerun' | undefined
  /**
   * What happens after an error. `'keep'`: the error is recorded, and later callers receive it. `'rerun'`: the next
   * caller runs the work again. Default `'keep'`.
   */
  onError?: 'keep' | 'rerun' | undefined
  /** Time after which a worker that does not renew its claim counts as dead. Default: `'10s'`, minimum 1 s. */
  lease?: Duration | undefined
}

/** Options of `worker.once`. */
export type OnceCallOptions = OnceOptions & {
  /** Input of the code, any JSON value. The same key with another input rejects with `IDEMPOTENCY_KEY_REUSED`. */
  input?: unknown
}

/** The same with defaults. */
export interface OnceSettings {
  readonly ttlMs: number
  readonly scope: string
  readonly onLost: 'fail' | 'rerun'
  readonly onError: 'keep' | 'rerun'
  readonly leaseMs: number
}

export const ONCE_KEYS = /* @__PURE__ */ keysOf<OnceCallOptions>({
  ttl: true,
  scope: true,
  onLost: true,
  onError: true,
  lease: true,
  input: true,
})

/** Characters of an idempotency key. */
const MAX_KEY_CHARACTERS = 512

/** Member of a call's metadata in which its idempotency key travels. */
const KEY_MEMBER = 'idempotencyKey'

const MIN_DURATION_MS = 1_000

/**
 * Applies defaults.
 * @throws {RuntimeError} `INVALID_ARGUMENT` that names the invalid option.
 */
export function checkOnce(argument: string, options: unknown, defaultScope: string): OnceSettings {
  const given = checkRecord(argument, options) as OnceOptions
  const ttlMs = duration(`${argument}.ttl`, given.ttl ?? 86_400_000)
  return {
    ttlMs,
    scope: checkId(`${argument}.scope`, given.scope ?? defaultScope),
    onLost: oneOf(`${argument}.onLost`, given.onLost ?? 'fail', ['fail', 'rerun']),
    onError: oneOf(`${argument}.onError`, given.onError ?? 'keep', ['keep', 'rerun']),
    // A key that is kept for a second is not held longer after its work is done.
    leaseMs: Math.min(ttlMs, duration(`${argument}.lease`, given.lease ?? 10_000)),
  }
}

/** @throws {RuntimeError} `INVALID_ARGUMENT` unless it is a string of 1 to 512 characters. */
export function checkKey(argument: string, value: unknown): string {
  if (isKey(value)) return value
  throw invalidArgument(argument, KEY_KIND, value)
}

const KEY_KIND = `a string of 1 to ${String(MAX_KEY_CHARACTERS)} characters that is not blank`

function isKey(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_KEY_CHARACTERS && value.trim() !== ''
}

/** The metadata of a call with its idempotency key in it. */
export function metadataWithKey(metadata: unknown, key: unknown): unknown {
  const checked = checkKey('idempotencyKey', key)
  if (metadata === undefined || metadata === null) return { [KEY_MEMBER]: checked }
  if (isRecord(metadata)) return { ...metadata, [KEY_MEMBER]: checked }
  throw invalidArgument('metadata', 'an object where `idempotencyKey` is given, since the key travels in it', metadata)
}

/**
 * The idempotency key that a call carries, if any.
 * @throws {InvocationError} `INVALID_ARGUMENT` for one that no worker sends.
 */
export function keyIn(metadata: unknown): string | undefined {
  const key = isRecord(metadata) ? metadata[KEY_MEMBER] : undefined
  if (key === undefined || key === null || isKey(key)) return key ?? undefined
  const message = `metadata.${KEY_MEMBER} must be ${KEY_KIND}, got ${describe(key)}`
  throw new InvocationError({ code: ErrorCode.INVALID_ARGUMENT, message })
}

function duration(argument: string, value: Duration): number {
  const checked = durationMs(argument, value)
  if (checked >= MIN_DURATION_MS) return checked
  throw invalidArgument(argument, 'at least 1 s', value)
}

function oneOf<T extends string>(argument: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value
  throw invalidArgument(argument, known.map((one) => `'${one}'`).join(' or '), value)
}
