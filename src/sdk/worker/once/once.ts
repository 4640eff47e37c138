/**
 * Runs work once per key, over all workers of an engine. The key is claimed in engine state, the first result that is
 * recorded is the result for every caller, and nothing else is returned. A claim is kept up while its work runs; when its
 * worker is gone, callers learn that the outcome is unknown, or the work runs again where it may.
 */
import { ErrorCode, InvocationError, SerdeError, ValidationError } from '../../../errors.js'
import { fingerprint } from './fingerprint.js'
import { messageOf } from '../../../std/text/describe.js'
import { toErrorBody } from '../../../wire/protocol/error-body.js'
import {
  leaseOf,
  linkBehind,
  lossOf,
  markOf,
  REMOVAL_MS,
  standingOf,
  topOf,
  type Claim,
  type Mark,
  type Top,
} from './claims.js'
import { LeaseWatch } from './lease-watch.js'
import { ExpiredKeys } from './expired-keys.js'
import type { OnceSettings } from './once-options.js'
import { OnceStore, type OnceWorker, type StoredResult } from './once-store.js'
import { isRepeatable, pause } from './repeat.js'

/** Work for a key. */
export interface KeyedWork {
  readonly key: string
  readonly settings: OnceSettings
  /** The input that is compared; undefined if none is. */
  readonly input: unknown
  /** Runs at most once, unless the settings allow more. `life` is the same whenever it runs again for the same use of the key. */
  readonly run: (life: string) => unknown
  /** The function whose handler it is. */
  readonly functionId?: string
}

/** The same with the fingerprint of its input. */
type Work = Omit<KeyedWork, 'input'> & { readonly input: string | undefined }

/** The next step while another worker owns the key. */
export type Patience = 'wait' | 'give up'

/** A shared result. */
export interface Settled {
  readonly value: unknown
}

const FIRST_POLL_MS = 25
const LONGEST_POLL_MS = 500

/** A longer chain is removed before its key begins anew. */
const MAX_CLAIMS = 32

interface Local {
  readonly input: string | undefined
  readonly settled: Promise<Settled | undefined>
}

export class Once {
  readonly #worker: OnceWorker
  readonly store: OnceStore
  /** Keys that this worker runs or waits for. */
  readonly #local = new Map<string, Local>()
  readonly #expired: ExpiredKeys

  constructor(worker: OnceWorker) {
    this.#worker = worker
    this.store = new OnceStore(worker)
    this.#expired = new ExpiredKeys(worker, this.store)
  }

  /**
   * Resolves with the first result of the key; undefined when another worker has it and is not waited for.
   * @throws {InvocationError} what the work failed with, `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_UNKNOWN` or
   * `IDEMPOTENCY_UNAVAILABLE`.
   */
  async run({ input, ...keyed }: KeyedWork, patience: Patience = 'wait'): Promise<Settled | undefined> {
    const work = { ...keyed, input: input === undefined ? undefined : fingerprint(input) }
    return this.#run(work, patience)
  }

  #run(work: Work, patience: Patience): Promise<Settled | undefined> {
    const id = `${work.settings.scope}\n${work.key}`
    const local = this.#local.get(id)
    if (local !== undefined) return this.#join(local, work, patience)
    const settled = this.#settle(work, patience).finally(() => this.#local.delete(id))
    this.#local.set(id, { input: work.input, settled })
    return settled
  }

  async #join(local: Local, work: Work, patience: Patience): Promise<Settled | undefined> {
    checkInput(work, local.input)
    if (patience === 'give up') return undefined
    // One that gave up leaves the key to this one.
    return (await local.settled) ?? this.#run(work, patience)
  }

  async #settle(work: Work, patience: Patience): Promise<Settled | undefined> {
    const watch = new LeaseWatch(this.#worker.clock)
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)) {
      const found = await available(work, () => this.#look(work, watch))
      if ('result' in found) return settledBy(found.result)
      if (found.claim !== undefined) {
        const { claim } = found
        const isOwn = await available(work, () => this.#claim(work, claim, found.top))
        if (isOwn) return await this.#perform(work, claim)
      } else if (patience === 'give up') return undefined
      await pause(this.#worker, pollMs)
    }
  }

  /** The result, or the claim to make; neither while another worker has the key. */
  async #look(work: Work, watch: LeaseWatch): Promise<Found> {
    const { key, settings } = work
    const top = topOf(await this.store.record(settings.scope, key))
    const standing = standingOf(top, this.#worker.clock.epochMs())
    if (top !== undefined && standing.kind === 'removed') {
      return watch.isLost(top, REMOVAL_MS) ? { claim: this.#newClaim(work, undefined), top } : {}
    }
    if (standing.kind === 'free') return this.#lookAtFree(work, top, standing.life)
    if (top === undefined || standing.kind === 'removed') return {}
    checkInput(work, top.claim.input)
    const result = await this.store.result(settings.scope, top.claim.life)
    if (result !== undefined) return { result }
    if (!standing.isLost && !watch.isLost(top, top.claim.leaseMs)) return {}
    if (settings.onLost === 'fail') {
      if (!top.isSeenLost) await this.#noteLoss(work, top)
      throw lost(key)
    }
    return { claim: this.#newClaim(work, top.claim.life), top }
  }

  /** Later callers need not wait for the same lease again. */
  async #noteLoss({ key, settings }: Work, { claim, leaseEndsAt }: Top): Promise<void> {
    await this.store.change(settings.scope, key, [{ type: 'set', path: lossOf(claim), value: leaseEndsAt }])
  }

  async #lookAtFree(work: Work, top: Top | undefined, life: string | undefined): Promise<Found> {
    if (life !== undefined) checkInput(work, top?.claim.input)
    if (top === undefined || top.length <= MAX_CLAIMS || life !== undefined) {
      return { claim: this.#newClaim(work, life), top }
    }
    await this.#expired.remove(work.settings.scope, work.key, top)
    return {}
  }

  #newClaim({ input, settings }: Work, life: string | undefined): Claim {
    const token = this.#worker.random.uuid()
    const { ttlMs, leaseMs } = settings
    const at = this.#worker.clock.epochMs()
    return { token, life: life ?? token, ...(input === undefined ? {} : { input }), at, ttlMs, leaseMs }
  }

  /** Whether the claim is the last of the chain. */
  async #claim({ key, settings }: Work, claim: Claim, top: Top | undefined): Promise<boolean> {
    const link = linkBehind(top?.claim)
    const record = await this.store.change(settings.scope, key, [{ type: 'append', path: link, value: claim }])
    const now = topOf(record)
    if (now === undefined) {
      const text = `The record of key '${key}' in scope '${settings.scope}' was written by something else`
      throw new InvocationError({ code: ErrorCode.IDEMPOTENCY_UNAVAILABLE, message: text })
    }
    this.#expired.searchLater(settings.scope, settings.ttlMs)
    return now.claim.token === claim.token
  }

  async #perform(work: Work, claim: Claim): Promise<Settled> {
    const { settings } = work
    const lease = this.#keepUp(work, claim)
    try {
      // Taken over: its last owner may have been slow only.
      const late = claim.life === claim.token ? undefined : await this.store.result(settings.scope, claim.life)
      if (late !== undefined) return settledBy(late)
      let outcome: StoredResult
      let failure: { readonly thrown: unknown } | undefined
      try {
        outcome = { token: claim.token, value: await work.run(claim.life) }
      } catch (thrown) {
        failure = { thrown }
        const mark = isRefusedInput(thrown, work) ? 'ended' : settings.onError === 'rerun' ? 'released' : undefined
        if (mark !== undefined) {
          await this.#mark(work, claim, mark)
          throw thrown
        }
        outcome = { token: claim.token, error: errorOf(thrown) }
      }
      const first = await this.#record(work, claim, outcome)
      if (failure !== undefined && first.token === claim.token) throw failure.thrown
      return settledBy(first)
    } finally {
      lease.end()
    }
  }

  async #mark({ key, settings }: Work, claim: Claim, mark: Mark): Promise<void> {
    try {
      await this.store.change(settings.scope, key, [{ type: 'set', path: markOf(claim), value: mark }])
    } catch {
      // The lease ends by itself; what the work failed with says more.
    }
  }

  /** Records a result and resolves with the first one. Without it, later callers could get another one. */
  async #record({ key, settings }: Work, { life }: Claim, result: StoredResult): Promise<StoredResult> {
    const add = (added: StoredResult): Promise<StoredResult | undefined> =>
      this.store.addResult(settings.scope, life, added)
    try {
      const first = await add(result).catch((error: unknown) => {
        // What cannot be sent or stored is the result of the work, too.
        const isRefused = error instanceof SerdeError || (error instanceof InvocationError && !isRepeatable(error, ''))
        if (isRefused) return add({ token: result.token, error: errorOf(error) })
        throw error
      })
      if (first !== undefined) return first
      throw new Error(`The results of key '${key}' were changed by other code`)
    } catch (cause) {
      const message = `The work for key '${key}' ran, but its result could not be recorded: ${messageOf(cause)}`
      throw new InvocationError({ code: ErrorCode.IDEMPOTENCY_UNKNOWN, message }, { cause })
    }
  }

  /** Extends the lease of a claim until it is ended. */
  #keepUp({ key, settings }: Work, claim: Claim): { readonly end: () => void } {
    const { clock } = this.#worker
    const extend = (): void => {
      timer = clock.after(claim.leaseMs / 3, extend, 'background')
      const op = { type: 'set', path: leaseOf(claim), value: clock.epochMs() + claim.leaseMs } as const
      // The next extension makes up for one that failed.
      this.store.change(settings.scope, key, [op]).catch(() => undefined)
    }
    let timer = clock.after(claim.leaseMs / 3, extend, 'background')
    return {
      end: () => {
        timer.cancel()
      },
    }
  }

  /** Lets a key begin anew, if its last claim has this life. */
  async endLife(scope: string, key: string, life: string): Promise<void> {
    const top = topOf(await this.store.record(scope, key))
    if (top?.claim.life === life) {
      await this.store.change(scope, key, [{ type: 'set', path: markOf(top.claim), value: 'ended' }])
    }
  }
}

type Found = { readonly result: StoredResult } | { readonly claim?: Claim; readonly top?: Top | undefined }

/** Nothing has run when state does not answer. */
async function available<T>({ key }: Work, access: () => Promise<T>): Promise<T> {
  try {
    return await access()
  } catch (cause) {
    if (cause instanceof InvocationError && OWN_CODES.has(cause.code)) throw cause
    const message = `Key '${key}' could not be claimed, and nothing ran: ${messageOf(cause)}`
    throw new InvocationError({ code: ErrorCode.IDEMPOTENCY_UNAVAILABLE, message }, { cause })
  }
}

const OWN_CODES: ReadonlySet<string> = new Set([
  ErrorCode.IDEMPOTENCY_KEY_REUSED,
  ErrorCode.IDEMPOTENCY_UNKNOWN,
  ErrorCode.IDEMPOTENCY_UNAVAILABLE,
])

function checkInput({ key, input }: Work, claimed: string | undefined): void {
  if (input === undefined || claimed === undefined || input === claimed) return
  const message = `Key '${key}' was used before with another input. Use a new key for another request`
  throw new InvocationError({ code: ErrorCode.IDEMPOTENCY_KEY_REUSED, message })
}

function lost(key: string): InvocationError {
  const message = `The worker that ran the work for key '${key}' is gone, and no result was recorded: the work may have run. Find out before you use a new key, or allow it to run again with \`onLost: 'rerun'\``
  return new InvocationError({ code: ErrorCode.IDEMPOTENCY_UNKNOWN, message })
}

/** A payload that does not fit its schema: the handler did not run. */
function isRefusedInput(thrown: unknown, { functionId }: Work): boolean {
  if (!(thrown instanceof ValidationError) || thrown.functionId !== functionId) return false
  return thrown.code === ErrorCode.deserialization_error
}

function errorOf(thrown: unknown): { code: string; message: string } {
  const { code, message } = toErrorBody(thrown)
  return { code, message }
}

function settledBy({ value, error }: StoredResult): Settled {
  if (error !== undefined) throw new InvocationError(error)
  return { value }
}
