/**
 * Names that another live worker holds and that this one waits for (`onConflict: 'wait'`). The engine refuses a second
 * holder and forgets that it asked, so names are asked for again: when their holder changes or leaves, and at growing
 * intervals. A name counts as ours only once the engine has confirmed everything sent before.
 */
import { ErrorCode, type RegistrationRejectedError } from '../../../errors.js'
import { backoffDelayMs, type BackoffPolicy } from '../../../std/time/backoff.js'
import type { Clock, Timer } from '../../../std/time/clock.js'
import { Emitter, type Unsubscribe } from '../../../std/async/emitter.js'
import type { Random } from '../../../std/random.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { Functions } from '../functions/functions.js'
import type { Triggers } from '../triggers/triggers.js'
import type { WorkerNews } from '../discovery/worker-news.js'
import type { LinkPart } from '../link.js'
import type { Barrier } from './barrier.js'
import { NameClaim, type NameClaimParts } from './name-claim.js'

/** The parts of a worker that waiting stands on. */
export interface ConflictParts extends NameClaimParts {
  readonly clock: Clock
  readonly random: Random
  readonly barrier: Barrier
  readonly functions: Functions
  readonly triggers: Triggers
  readonly news: WorkerNews
  readonly report: Report
}

/** The first interval is short, since a holder that drains has freed its functions by then. */
const RETRY: BackoffPolicy = { initialDelayMs: 100, backoffMultiplier: 1.5, maxDelayMs: 1_000, jitterFactor: 0.3 }

export class Conflicts implements LinkPart {
  readonly #parts: ConflictParts
  #stopListening: Unsubscribe | undefined
  /** Own functions that others hold, with the latest refusal. */
  readonly #functions = new Map<string, RegistrationRejectedError>()
  #name: RegistrationRejectedError | undefined
  readonly #claim: NameClaim
  /** Functions asked for and not refused since. */
  readonly #asked = new Set<string>()
  /** Functions of this worker, whether or not this worker owns them at the engine. */
  readonly #own = new Set<string>()
  /** Those of them that the engine has not had time to refuse on this link. */
  readonly #unsure = new Set<string>()
  readonly #changes: Emitter<void>
  #state: 'waiting' | 'asking' | 'stopped' = 'waiting'
  /** Whether a holder changed while others were being asked for. */
  #isUrgent = false
  #attempt = 0
  /** Counts up, so that each function of a holder has its turn. */
  #turn = 0
  #timer: Timer | undefined

  constructor(parts: ConflictParts) {
    this.#parts = parts
    this.#claim = new NameClaim(parts)
    this.#changes = new Emitter((error) => {
      parts.report({ kind: 'callback_failed', error })
    })
  }

  /** Tells that fewer names are waited for. */
  get changes(): Pick<Emitter<void>, 'on'> {
    return this.#changes
  }

  /** What is waited for: the latest refusal of each name. */
  get held(): RegistrationRejectedError[] {
    // A function may have been unregistered since.
    const functions = [...this.#functions].filter(([id]) => this.#parts.functions.has(id)).map(([, error]) => error)
    return this.#name === undefined ? functions : [this.#name, ...functions]
  }

  /** How many functions are waited for. */
  get heldFunctions(): number {
    return this.held.length - (this.#name === undefined ? 0 : 1)
  }

  /** Whether every name is ours or waited for: the engine has had time to refuse each. */
  get isInLine(): boolean {
    return !this.isStopped && this.#unsure.size === 0
  }

  /** Whether every name is ours for all that is known, and the engine has had time to say otherwise. */
  get holdsAll(): boolean {
    return this.isInLine && this.held.length === 0
  }

  /** Whether no registration is pending. */
  get isStopped(): boolean {
    return this.#state === 'stopped'
  }

  /** Notes a refusal; false when waiting does not help. */
  refused(error: RegistrationRejectedError): boolean {
    if (this.#state === 'stopped' || error.owner_worker_id === '') return false
    if (error.code === ErrorCode.WORKER_NAMESPACE_CONFLICT) this.#nameRefused(error)
    else if (error.code !== ErrorCode.FUNCTION_NAMESPACE_CONFLICT || !this.#functionRefused(error)) return false
    this.#stopListening ??= this.#parts.news.on(({ workerId }) => {
      this.#holderChanged(workerId)
    })
    this.#schedule()
    return true
  }

  /** A function was registered here. Its triggers wait until it is ours: another may have bound the same ones. */
  announced(id: string): void {
    if (this.isStopped) return
    this.#own.add(id)
    this.#doubt(id)
    if (this.#parts.link.isOpen) void this.#conclude()
  }

  connected(): void {
    if (this.#isIdle && this.#unsure.size === 0) return
    for (const id of this.#functions.keys()) this.#asked.add(id)
    void this.#conclude()
  }

  lost(): void {
    this.#rest()
    for (const id of this.#own) {
      if (this.#parts.functions.has(id)) this.#doubt(id)
      else this.#own.delete(id)
    }
  }

  over(): void {
    this.stop()
  }

  /** Asks for nothing any more. */
  stop(): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#unsure.clear()
    this.#rest()
    this.#ignoreNews()
    this.#functions.clear()
    this.#name = undefined
    this.#changes.emit()
  }

  #ignoreNews(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
  }

  #rest(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#asked.clear()
  }

  #doubt(id: string): void {
    this.#unsure.add(id)
    this.#parts.triggers.hold(id)
  }

  get #isIdle(): boolean {
    return this.#functions.size === 0 && this.#name === undefined
  }

  #nameRefused(error: RegistrationRejectedError): void {
    this.#claim.giveUp()
    if (this.#name === undefined) this.#parts.report({ kind: 'conflict_waiting', error })
    this.#name = error
  }

  /** False when it is none of ours. */
  #functionRefused(error: RegistrationRejectedError): boolean {
    const id = this.#parts.functions.ownId(error.function_id ?? '')
    if (id === undefined) return false
    this.#asked.delete(id)
    if (!this.#functions.has(id)) {
      // The owner of the function has its triggers, too: each would fire twice.
      this.#parts.triggers.hold(id)
      this.#parts.report({ kind: 'conflict_waiting', error })
    }
    this.#functions.set(id, error)
    return true
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#state !== 'waiting' || this.#isIdle || !this.#parts.link.isOpen) return
    this.#attempt += 1
    const delayMs = backoffDelayMs(RETRY, this.#attempt, this.#parts.random)
    this.#timer = this.#parts.clock.after(
      delayMs,
      () => {
        this.#ask(this.#probes())
      },
      'background',
    )
  }

  #holderChanged(workerId: string): void {
    if (!this.held.some(({ owner_worker_id }) => owner_worker_id === workerId)) return
    this.#attempt = 0
    if (this.#state === 'asking') this.#isUrgent = true
    else this.#ask(this.#functions.keys())
  }

  /** One function per holder, the next one each time: most holders give all back together, but some only one. */
  #probes(): string[] {
    const idsOf = new Map<string, string[]>()
    for (const [id, { owner_worker_id: holder }] of this.#functions) {
      const ids = idsOf.get(holder)
      if (ids === undefined) idsOf.set(holder, [id])
      else ids.push(id)
    }
    this.#turn += 1
    return [...idsOf.values()].flatMap((ids) => ids[this.#turn % ids.length] ?? [])
  }

  #ask(ids: Iterable<string>): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#state !== 'waiting' || !this.#parts.link.isOpen) return
    for (const id of ids) {
      this.#asked.add(id)
      this.#parts.functions.announceAgain(id)
    }
    void this.#conclude()
  }

  /** Waits for the engine's answer to the registrations, then continues. */
  async #conclude(): Promise<void> {
    if (this.#state !== 'waiting') return
    this.#state = 'asking'
    const unsure = [...this.#unsure]
    const isConfirmed = this.#parts.barrier.pass().then(
      () => true,
      () => false, // The link ended; everything is announced on the next one.
    )
    // Functions do not wait for the name: they are what callers miss.
    const functionsTaken = (await isConfirmed) ? this.#takeFunctions(unsure) : 0
    const nameTaken = this.#name !== undefined && (await this.#claim.claim()) ? this.#takeName() : 0
    if (this.isStopped) return
    this.#state = 'waiting'
    this.#goOn(functionsTaken + nameTaken)
  }

  #goOn(taken: number): void {
    if (this.#isIdle) this.#ignoreNews()
    if (taken > 0) this.#attempt = 0
    const isUrgent = this.#isUrgent || taken > 0
    this.#isUrgent = false
    if (isUrgent && this.#functions.size > 0) this.#ask(this.#functions.keys())
    else if (this.#unsure.size > 0 && this.#parts.link.isOpen) void this.#conclude()
    else this.#schedule()
    this.#changes.emit()
  }

  /** @param unsure functions that were announced before the engine's word, and so are ours if it did not refuse them. */
  #takeFunctions(unsure: readonly string[]): number {
    const { functions, triggers, report } = this.#parts
    for (const id of unsure) if (this.#unsure.delete(id) && !this.#functions.has(id)) triggers.release(id)
    const taken = [...this.#asked].filter((id) => this.#functions.delete(id))
    this.#asked.clear()
    for (const functionId of taken) {
      triggers.release(functionId)
      // It may have been unregistered since.
      if (functions.has(functionId)) report({ kind: 'conflict_over', functionId })
    }
    return taken.length
  }

  #takeName(): number {
    const workerName = this.#name?.worker_name ?? ''
    this.#name = undefined
    this.#parts.report({ kind: 'conflict_over', workerName })
    return 1
  }
}
