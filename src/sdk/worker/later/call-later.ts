/**
 * Calls at a later time, over workers and engines that come and go. A subpath of its own, since most workers make none.
 */
import { invalidArgument } from '../../../errors.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { validate } from '../../schema/validation.js'
import { checkDurationMs, checkId, checkJson, checkNamespace, checkRecord } from '../check.js'
import type { III } from '../client.js'
import { durationMs, type Duration } from '../options/duration.js'
import { checkSchema, type ContractInput, type FunctionContract } from '../functions/contract.js'
import { KEYED_WORK, type KeyedWork } from '../once/keyed-work.js'
import { checkKey } from '../once/once-options.js'
import { keysOf } from '../../../std/text/unknown-options.js'
import type { TriggerAction } from '../calls/trigger-request.js'
import { Deliveries } from './deliveries.js'
import { entryOf, LaterCalls, type StoredCall } from './later-calls.js'

/** Options of `callLater`. */
export type LaterOptions = {
  /** Time until the call. Milliseconds, or a text such as `'3d'`. */
  delay?: Duration | undefined
  /** Time of the call, instead of `delay`: a `Date`, or milliseconds since 1970. A past time is due at once. */
  at?: Date | number | undefined
  /**
   * Identifies the call until it is delivered: a second call with the same key and arguments joins the first one, and
   * `cancelLater` cancels it. Up to 512 characters. Default: a new one.
   */
  key?: string | undefined
  /** Namespace of the function. Default: the worker's namespace. */
  namespace?: string | undefined
  /** Any JSON, passed to the handler as its second argument. */
  metadata?: Record<string, unknown> | undefined
  /** Puts the call in a queue when it is due, which retries it and keeps its dead letters. Default: called directly. */
  action?: Extract<TriggerAction, { type: 'enqueue' }> | undefined
  /** Time limit of the call in milliseconds, from its delivery. Default: that of the worker that delivers it. */
  timeoutMs?: number | undefined
}

/** A stored later call. */
export type LaterCall = {
  /** The key of the call. */
  readonly key: string
  /** When it is due, in milliseconds since 1970. */
  readonly dueAt: number
}

/** Stops the deliveries of `serveLater`. */
export type LaterServer = {
  /** Stops making due calls. Deliveries in progress continue. */
  stop(): void
}

/** Members of a worker that later calls need; `registerWorker` returns one. */
export type LaterWorker = Pick<III, 'trigger'>

const LATER_KEYS = keysOf<LaterOptions>({
  delay: true,
  at: true,
  key: true,
  namespace: true,
  metadata: true,
  action: true,
  timeoutMs: true,
})

/**
 * Calls a function later. Resolves once the call is stored in engine state; it survives restarts of this worker, and of an
 * engine that keeps its data. This worker, and every one with `serveLater`, delivers calls that are due.
 * @throws {RuntimeError} rejects with `INVALID_ARGUMENT`, or `INVALID_NAMESPACE`.
 * @throws {InvocationError} rejects with `IDEMPOTENCY_KEY_REUSED` when a call with the key and other arguments waits, and with
 * `IDEMPOTENCY_UNAVAILABLE` when state does not answer.
 * @example
 * await callLater(worker, 'orders::remind', { order: 7 }, { delay: '3d', key: 'remind-7' })
 */
// eslint-disable-next-line @typescript-eslint/max-params -- a worker, and what its method would have
export async function callLater<C extends FunctionContract>(
  worker: LaterWorker,
  fn: string | C,
  payload: ContractInput<C>,
  options: LaterOptions,
): Promise<LaterCall> {
  const keyed = keyedWorkOf(worker)
  const functionId = checkId('fn', isRecord(fn) ? fn.id : fn)
  const schema = isRecord(fn) ? checkSchema('fn.input', fn.input) : undefined
  checkJson('payload', payload)
  const { key, when, dueAt, call } = checkLater(keyed, options)
  if (schema !== undefined) await validate(schema, payload, { id: functionId, side: 'input' })
  const { calls, deliveries } = await serving(keyed, worker)
  const stored = { ...call, functionId, dueAt, payload: payload as unknown }
  const waiting = await calls.add(key, stored, { ...stored, dueAt: when })
  deliveries.plan(entryOf(waiting, key))
  return { key, dueAt: waiting.dueAt }
}

/**
 * Cancels a later call. Resolves with false when no call waits under the key, or its delivery has begun.
 * @throws {RuntimeError} rejects with `INVALID_ARGUMENT`.
 */
export async function cancelLater(worker: LaterWorker, key: string): Promise<boolean> {
  const keyed = keyedWorkOf(worker)
  checkKey('key', key)
  return new LaterCalls(keyed.parts, await keyed.load()).cancel(key)
}

/**
 * Delivers calls that are due, of every worker of the engine, until the worker ends or `stop` is called. A worker that makes
 * later calls does so by itself.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an argument that is not a worker.
 */
export function serveLater(worker: LaterWorker): LaterServer {
  const keyed = keyedWorkOf(worker)
  const started = serving(keyed, worker)
  return {
    stop: () => {
      servers.delete(keyed)
      void started.then(({ deliveries }) => {
        deliveries.stop()
      })
    },
  }
}

interface Serving {
  readonly calls: LaterCalls
  readonly deliveries: Deliveries
}

const servers = new WeakMap<KeyedWork, Promise<Serving>>()

function serving(keyed: KeyedWork, worker: LaterWorker): Promise<Serving> {
  const started = servers.get(keyed) ?? start(keyed, worker)
  servers.set(keyed, started)
  return started
}

async function start(keyed: KeyedWork, worker: LaterWorker): Promise<Serving> {
  const calls = new LaterCalls(keyed.parts, await keyed.load())
  const send = ({ functionId: function_id, id: idempotencyKey, dueAt: _, ...call }: StoredCall): Promise<unknown> =>
    worker.trigger({ ...call, function_id, idempotencyKey })
  return { calls, deliveries: new Deliveries(keyed.parts, calls, send) }
}

function keyedWorkOf(worker: LaterWorker): KeyedWork {
  const given: unknown = worker
  const keyed = isRecord(given) ? (given as { readonly [KEYED_WORK]?: KeyedWork })[KEYED_WORK] : undefined
  if (keyed === undefined) throw invalidArgument('worker', 'a worker made by registerWorker', given)
  return keyed
}

interface CheckedOptions {
  readonly key: string
  /** As it was given, so that the same call later is the same call. */
  readonly when: number
  readonly dueAt: number
  readonly call: Omit<StoredCall, 'id' | 'functionId' | 'dueAt' | 'payload'>
}

function checkLater({ parts }: KeyedWork, options: LaterOptions): CheckedOptions {
  const { clock, random, unknown } = parts
  const { delay, at, key, namespace, metadata, action, timeoutMs } = checkRecord('options', options) as LaterOptions
  unknown.check('callLater options', options, LATER_KEYS)
  if (delay !== undefined && at !== undefined)
    throw invalidArgument('options', 'given with either `delay` or `at`', options)
  const when = whenOf(options)
  if (metadata !== undefined) checkJson('metadata', checkRecord('metadata', metadata))
  if (action !== undefined) {
    const { type, queue } = checkRecord('action', action)
    if (type !== 'enqueue') throw invalidArgument('action', 'one made by TriggerAction.Enqueue', action)
    checkId('action.queue', queue)
  }
  return {
    key: key === undefined ? random.uuid() : checkKey('key', key),
    when,
    dueAt: at === undefined ? clock.epochMs() + when : when,
    call: {
      namespace: checkNamespace('namespace', namespace) ?? parts.options.namespace ?? DEFAULT_NAMESPACE,
      ...(metadata === undefined ? {} : { metadata }),
      ...(action === undefined ? {} : { action }),
      ...(timeoutMs === undefined ? {} : { timeoutMs: checkDurationMs('timeoutMs', timeoutMs) }),
    },
  }
}

/** As it was given: milliseconds from now, or since 1970. */
function whenOf({ delay, at }: LaterOptions): number {
  if (at !== undefined) return timeOf(at)
  if (delay !== undefined) return durationMs('delay', delay)
  throw invalidArgument('options', 'given with either `delay` or `at`', {})
}

function timeOf(at: unknown): number {
  const epochMs = at instanceof Date ? at.getTime() : at
  if (typeof epochMs === 'number' && Math.abs(epochMs) <= 8.64e15) return epochMs
  throw invalidArgument('at', 'a valid Date, or milliseconds since 1970', at)
}
