/**
 * Ends a worker after the work in progress is done. Settles once the socket is gone, and never fails, whatever state the
 * worker is in.
 */
import { ErrorCode, NotConnectedError } from '../../../errors.js'
import { deferred } from '../../../std/async/deferred.js'
import { TimeLimit } from '../../../std/time/time-limit.js'
import { checkDurationMs, checkRecord, checkSignal } from '../check.js'
import type { Core } from '../core.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** How long a graceful shutdown waits. */
export type ShutdownOptions = {
  /** Time limit of the drain in milliseconds. Default: 10 000. */
  drainTimeoutMs?: number | undefined
  /** Ends the drain early. */
  signal?: AbortSignal | undefined
}

/** Result of `shutdownAsync`. */
export type ShutdownReport = {
  /** Invocations that finished after the drain had begun. */
  drained: number
  /** Invocations still running when the limit was reached; their signals were aborted. */
  abandoned: number
  /** Spans, log records and metric points that were not sent, since the start. */
  droppedTelemetry: number
}

const SHUTDOWN_KEYS = keysOf<ShutdownOptions>({ drainTimeoutMs: true, signal: true })

const DEFAULT_DRAIN_TIMEOUT_MS = 10_000

/** How long the engine may take to confirm that it sends no more calls. */
const CONFIRM_LIMIT_MS = 1_000

export class Shutdown {
  readonly #core: Core
  /** Resolved when the drain waits no longer. */
  readonly #drainOver = deferred<void>()
  #graceful: Promise<ShutdownReport> | undefined

  constructor(core: Core) {
    this.#core = core
  }

  /**
   * Takes no new work, lets running handlers finish within the limit, then ends the client. A further call joins the one
   * under way, and may end its drain earlier.
   */
  async gracefully(options: ShutdownOptions = {}): Promise<ShutdownReport> {
    const limits = drainLimits(options)
    this.#core.unknown.check('shutdownAsync options', options, SHUTDOWN_KEYS)
    if (this.#graceful === undefined) return (this.#graceful = this.#drainAndEnd(limits))
    // The default of a second call is no reason to cut the first one short.
    this.#limitDrain({ ...limits, drainTimeoutMs: options.drainTimeoutMs ?? Infinity })
    return this.#graceful
  }

  async #drainAndEnd(limits: DrainLimits): Promise<ShutdownReport> {
    const core = this.#core
    const { served } = core
    const before = served.total - served.running
    core.isDraining = true
    // Calls that come later are refused and do not count.
    let accepted: number | undefined
    const withdrawn = withdraw(core).then(() => {
      accepted = served.total
    })
    if (core.link.state !== 'over' && !limits.signal?.aborted) await this.#drained(withdrawn, limits)
    this.#drainOver.resolve()
    core.functions.forgetAll()
    const abandoned = served.running
    const handlers = (accepted ?? served.total) - before
    if (abandoned > 0) served.abortAll(drainOver(limits.drainTimeoutMs))
    await core.end()
    return { drained: Math.max(0, handlers - abandoned), abandoned, droppedTelemetry: core.telemetry.dropped }
  }

  async #drained(withdrawn: Promise<void>, limits: DrainLimits): Promise<void> {
    const unlimit = this.#limitDrain(limits)
    const unsubscribe = this.#core.link.endings.on(this.#drainOver.resolve)
    const released = this.#core.drainHooks.run()
    const drained = Promise.all([withdrawn, released]).then(() => workDone(this.#core))
    await Promise.race([drained, this.#drainOver.promise])
    unsubscribe()
    unlimit()
  }

  /** Sets a limit for the drain, also for one in progress; the first limit counts. Returns a function that removes it. */
  #limitDrain({ drainTimeoutMs, signal }: DrainLimits): () => void {
    const stop = (): void => {
      this.#drainOver.resolve()
    }
    const timer = this.#core.clock.after(drainTimeoutMs, stop)
    const unlimit = (): void => {
      timer.cancel()
      signal?.removeEventListener('abort', stop)
    }
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    void this.#drainOver.promise.then(unlimit)
    return unlimit
  }
}

export interface DrainLimits {
  readonly drainTimeoutMs: number
  readonly signal: AbortSignal | undefined
}

/**
 * Checks the options of a graceful shutdown.
 * @throws {RuntimeError} `INVALID_ARGUMENT`; nothing has been ended then.
 */
export function drainLimits(options: ShutdownOptions = {}): DrainLimits {
  checkRecord('options', options)
  return {
    drainTimeoutMs: checkDurationMs('drainTimeoutMs', options.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS),
    signal: checkSignal('signal', options.signal),
  }
}

/**
 * Gives the functions back. Calls that the engine sends until it has taken note are still served. Triggers follow then: an
 * engine that keeps them for the next owner knows by then that the functions are on their way to one. For any other
 * engine they go first, so that no event fires for a missing function, and none silences what the next owner has bound.
 */
async function withdraw(core: Core): Promise<void> {
  const { conflicts, functions, triggers, topicRepair, link, introduction, barrier, clock } = core
  conflicts?.stop()
  topicRepair.stop()
  const confirmed = (): Promise<unknown> => new TimeLimit(clock, CONFIRM_LIMIT_MS).wait(barrier.pass())
  if (link.needs?.releaseTriggersFirst === true && triggers.size > 0) {
    triggers.unregisterAll()
    // Others of a topic register again by it what the engine has silenced.
    introduction.repeat()
    if (link.isOpen) await confirmed()
  }
  const hadFunctions = functions.size > 0
  functions.withdrawAll()
  if (hadFunctions && link.isOpen) {
    introduction.repeat()
    await confirmed()
  }
  functions.forgetAll()
  triggers.unregisterAll()
}

/** Handlers have finished, and their answers, streamed responses and closing channels have left this process. */
async function workDone(core: Core): Promise<void> {
  await core.served.idle()
  await core.results.written()
  await core.repeats.written()
  await core.channels.idle()
  await core.link.connection.flushed()
}

function drainOver(drainTimeoutMs: number): NotConnectedError {
  const text = `iii is shutting down: the handler ran past the drain limit of ${String(drainTimeoutMs)} ms`
  return new NotConnectedError(ErrorCode.SHUTDOWN, text, { outcome: 'unknown' })
}
