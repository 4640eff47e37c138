/**
 * The store that runs are kept in: one small interface over engine state, so that a simulation can replace the
 * engine. Only `update` writes what decides something: its operations on one key are one step, and it returns the value
 * after them. Each operation of a store may be repeated after an unknown outcome.
 */
import { ErrorCode, IIIError, RuntimeError } from '../../errors.js'
import type { Clock } from '../../std/time/clock.js'
import type { Random } from '../../std/random.js'
import { EngineFunctions } from '../../wire/protocol/names.js'
import { callerOf, type CanTrigger } from '../../sdk/worker/calls/trigger-request.js'
import { repeated } from '../../sdk/worker/once/repeat.js'
import { stateClient } from '../../sdk/worker/stores/state-client.js'
import type { UpdateAppend, UpdateIncrement, UpdateRemove, UpdateSet } from '../../sdk/worker/stores/update-op.js'

/** An operation of `update`. */
export type StoreOp = UpdateSet | UpdateAppend | UpdateIncrement | UpdateRemove

/** Values by scope and key, as the engine keeps them. */
export interface Store {
  get(scope: string, key: string): Promise<unknown>
  /** All values of a scope, without their keys. */
  list(scope: string): Promise<readonly unknown[]>
  /** Applies operations in one step. @returns the value after them. */
  update(scope: string, key: string, ops: readonly StoreOp[]): Promise<unknown>
  /** Writes a hint: a value that may be lost or overwritten without harm. */
  set(scope: string, key: string, value: unknown): Promise<void>
  remove(scope: string, key: string): Promise<void>
  /** The names of all scopes. */
  scopes(): Promise<readonly string[]>
  /** Differs after each start of the engine; `undefined` where it cannot be read. */
  bootId(): Promise<string | undefined>
}

interface WorkerRow {
  readonly name?: string | null
  readonly connected_at_ms?: number
}

/** The store of an engine, through a worker. */
export function stateStore(worker: CanTrigger): Store {
  const state = stateClient(worker)
  const trigger = callerOf('worker', worker)
  return {
    get: async (scope, key) => (await state.get<unknown>({ scope, key })) ?? undefined,
    list: (scope) => state.list<unknown>({ scope }),
    async update(scope, key, ops) {
      const result = await state.update<unknown>({ scope, key, ops: [...ops] })
      const [skipped] = result?.errors ?? []
      if (skipped === undefined) return result?.new_value
      const text = `The value at ${scope} ${key} was changed by other code: ${skipped.message}`
      throw new RuntimeError(ErrorCode.UPDATE_ERROR, text)
    },
    async set(scope, key, value) {
      await state.set({ scope, key, value })
    },
    async remove(scope, key) {
      await state.delete({ scope, key })
    },
    scopes: () => state.listGroups(),
    async bootId() {
      // The time at which the engine's own store connected: the only mark of one start of an engine.
      const call = { function_id: EngineFunctions.LIST_WORKERS, payload: {} }
      const listed = await trigger<unknown, { workers?: WorkerRow[] } | undefined>(call).catch(() => undefined)
      const row = listed?.workers?.find(({ name }) => name === 'iii-state')
      return row?.connected_at_ms === undefined ? undefined : String(row.connected_at_ms)
    },
  }
}

/** Errors after which the outcome is unknown, or nothing was sent: the same request may be repeated. */
const REPEATABLE: ReadonlySet<string> = new Set([
  ErrorCode.CONNECTION_LOST,
  ErrorCode.TIMEOUT,
  ErrorCode.PENDING_QUEUE_FULL,
  ErrorCode.NOT_CONNECTED,
  ErrorCode.invocation_stopped,
  ErrorCode.function_not_found,
])

const RETRY = { initialDelayMs: 50, maxDelayMs: 2_000, backoffMultiplier: 2, jitterFactor: 0.3 }

/** What repeating needs. */
export interface RepeatOptions {
  readonly clock: Clock
  readonly random: Random
  /** Whether to stop repeating. */
  readonly isOver: () => boolean
  /** Time limit of one request with its repetitions. */
  readonly limitMs?: number
}

/** Repeats each request while the engine cannot be reached. Safe, because no request decides by being counted. */
export function patientStore(store: Store, { limitMs = Infinity, isOver, ...worker }: RepeatOptions): Store {
  const mayRepeat = (error: unknown): boolean => error instanceof IIIError && REPEATABLE.has(error.code) && !isOver()
  return eachRequest(store, (request) => {
    const endsAt = worker.clock.now() + limitMs
    return repeated(worker, { attempts: Infinity, backoff: RETRY, endsAt, mayRepeat, mode: 'background' }, request)
  })
}

/** Sends at most `maxInFlight()` requests at a time: the runs of a backlog would otherwise all send theirs at once. */
export function pacedStore(store: Store, maxInFlight: () => number): Store {
  const waiting: (() => void)[] = []
  let inFlight = 0
  return eachRequest(store, async (request) => {
    if (inFlight >= maxInFlight()) await new Promise<void>((resolve) => waiting.push(resolve))
    else inFlight += 1
    try {
      return await request()
    } finally {
      const next = waiting.shift()
      if (next === undefined) inFlight -= 1
      else next()
    }
  })
}

type Around = <T>(request: () => Promise<T>) => Promise<T>

function eachRequest(store: Store, around: Around): Store {
  return {
    get: (scope, key) => around(() => store.get(scope, key)),
    list: (scope) => around(() => store.list(scope)),
    update: (scope, key, ops) => around(() => store.update(scope, key, ops)),
    set: (scope, key, value) => around(() => store.set(scope, key, value)),
    remove: (scope, key) => around(() => store.remove(scope, key)),
    scopes: () => around(() => store.scopes()),
    bootId: () => around(() => store.bootId()),
  }
}
