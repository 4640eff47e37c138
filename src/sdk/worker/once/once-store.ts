/**
 * Claims and results in engine state. Every write may be repeated: an outcome that is unknown is resolved by writing again.
 * Keys are spread over several scopes, so that no list of one is long.
 */
import type { TriggerFunction } from '../calls/trigger-request.js'
import { stateClient, type StateClient } from '../stores/state-client.js'
import type { UpdateOp } from '../stores/update-op.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { isRepeatable, repeated, type Repetition, type RepeatParts } from './repeat.js'

/** Members of a worker that claims need. */
export interface OnceWorker extends RepeatParts {
  /** Calls past the interceptors. */
  readonly trigger: TriggerFunction
}

/** Scopes that the keys of one scope are spread over. */
export const SHARDS = 16

/** For one access to state, with repeats. */
const ACCESS_LIMIT_MS = 30_000
const CALL_LIMIT_MS = 5_000
const BACKOFF = { initialDelayMs: 100, maxDelayMs: 2_000, backoffMultiplier: 2, jitterFactor: 0.3 }

export class OnceStore {
  readonly #worker: OnceWorker
  /** State; each call takes 5 s at most. */
  readonly state: StateClient

  constructor(worker: OnceWorker) {
    this.#worker = worker
    this.state = stateClient({ trigger: (request) => worker.trigger({ ...request, timeoutMs: CALL_LIMIT_MS }) })
  }

  /** The record of a key. */
  record(scope: string, key: string): Promise<unknown> {
    return this.repeat('state::get', () => this.state.get({ scope: claimScope(scope, shardOf(key)), key }))
  }

  /** All records in one of the scopes that keys are spread over. */
  records(scope: string, shard: number): Promise<unknown[]> {
    return this.repeat('state::list', () => this.state.list({ scope: claimScope(scope, shard) }))
  }

  /** Changes the record of a key and resolves with the new one. */
  async change(scope: string, key: string, ops: UpdateOp[]): Promise<unknown> {
    const input = { scope: claimScope(scope, shardOf(key)), key, ops: [...ops, keyOp(key)] }
    return (await this.repeat('state::update', () => this.state.update<unknown>(input)))?.new_value
  }

  /** Sent once: a deletion that is late could remove what came after it. */
  async removeRecord(scope: string, key: string): Promise<void> {
    await this.state.delete({ scope: claimScope(scope, shardOf(key)), key })
  }

  /** The first result of a life. */
  async result(scope: string, life: string): Promise<StoredResult | undefined> {
    const input = { scope: resultScope(scope, shardOf(life)), key: life }
    return firstResult(await this.repeat('state::get', () => this.state.get(input)))
  }

  /** Adds a result to a life and resolves with the first one. */
  async addResult(scope: string, life: string, result: StoredResult): Promise<StoredResult | undefined> {
    const ops: UpdateOp[] = [{ type: 'append', path: 'results', value: result }]
    const input = { scope: resultScope(scope, shardOf(life)), key: life, ops }
    return firstResult((await this.repeat('state::update', () => this.state.update<unknown>(input)))?.new_value)
  }

  async removeResult(scope: string, life: string): Promise<void> {
    await this.repeat('state::delete', () => this.state.delete({ scope: resultScope(scope, shardOf(life)), key: life }))
  }

  /** Repeats an access to state that may run twice, for 30 s at most. */
  repeat<T>(functionId: string, attempt: () => Promise<T>): Promise<T> {
    const endsAt = this.#worker.clock.now() + ACCESS_LIMIT_MS
    const mayRepeat = (error: unknown): boolean => isRepeatable(error, functionId)
    const repetition: Repetition = { attempts: Infinity, backoff: BACKOFF, endsAt, mayRepeat }
    return repeated(this.#worker, repetition, attempt)
  }
}

/** The result of a life. */
export type StoredResult = {
  /** The claim that it was recorded under. */
  readonly token: string
  /** Absent for nothing. */
  readonly value?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}

function firstResult(record: unknown): StoredResult | undefined {
  const results = isRecord(record) ? record['results'] : undefined
  const first: unknown = Array.isArray(results) ? results[0] : undefined
  return isRecord(first) && typeof first['token'] === 'string' ? (first as StoredResult) : undefined
}

function keyOp(key: string): UpdateOp {
  return { type: 'set', path: 'key', value: key }
}

function claimScope(scope: string, shard: number): string {
  return `iii.once.${scope}.${String(shard)}`
}

function resultScope(scope: string, shard: number): string {
  return `iii.once-results.${scope}.${String(shard)}`
}

/** FNV-1a. */
export function shardOf(key: string, shards = SHARDS): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  return (hash >>> 0) % shards
}
