/**
 * Waits until this worker is of use: connected, announced, and everything registered so far in effect at the engine.
 * A function or trigger that was refused is not in effect, nor is a name that another worker still holds, unless the
 * caller asks for a standby.
 */
import {
  ErrorCode,
  NotConnectedError,
  TimeoutError,
  WebSocketError,
  type RegistrationRejectedError,
} from '../../../errors.js'
import { deferred } from '../../../std/async/deferred.js'
import { checkDurationMs, checkFlag, checkRecord, checkSignal } from '../check.js'
import type { Refusals } from './refusals.js'
import type { Functions } from '../functions/functions.js'
import type { UrlFunctions } from '../functions/url-functions.js'
import type { Link } from '../link.js'
import type { WorkerOptions } from '../options/options.js'
import type { Triggers } from '../triggers/triggers.js'
import type { UnknownOptions } from '../../../std/text/unknown-options.js'
import type { Clock } from '../../../std/time/clock.js'
import type { Barrier } from './barrier.js'
import type { Conflicts } from './conflicts.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** How long `ready` waits, and for what. */
export type ReadyOptions = {
  /** Limit in milliseconds; `Infinity` waits for ever. Default: the client's `invocationTimeoutMs`, 30,000. */
  timeoutMs?: number | undefined
  /** Ends the wait: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Resolves even if the engine rejected functions or triggers. They are reported to `diagnostics`. Default: false. */
  allowRefused?: boolean | undefined
  /**
   * Resolves also while other workers own names that this worker waits for: from then on it takes over each name that
   * becomes free. Without `onConflict: 'wait'` no name is waited for, and nothing changes. Default false.
   */
  standby?: boolean | undefined
}

/** The parts of a worker that `ready` asks. */
export interface ReadyParts {
  readonly options: Pick<WorkerOptions, 'invocationTimeoutMs'>
  readonly clock: Clock
  readonly link: Link
  readonly barrier: Barrier
  readonly functions: Pick<Functions, 'refused' | 'announceAgain'>
  readonly triggers: Pick<Triggers, 'refused'>
  /** Absent where the engine serves no function for the worker. */
  readonly urlFunctions?: Pick<UrlFunctions, 'look'>
  /** Absent when a conflict is not waited out. */
  readonly conflicts?: Conflicts | undefined
  readonly unknown: Pick<UnknownOptions, 'check'>
  /** One error for all refusals. */
  readonly refusalError: (refused: Refusals) => RegistrationRejectedError | Promise<RegistrationRejectedError>
}

const READY_KEYS = keysOf<ReadyOptions>({ timeoutMs: true, signal: true, allowRefused: true, standby: true })

/** Refusals that a caller of `ready` has received. */
const received = new WeakSet<RegistrationRejectedError>()

/**
 * Resolves once registrations made so far have taken effect.
 * @throws {RegistrationRejectedError} with the code of the first refusal, when the engine refused a function or a trigger
 * by then. @throws {TimeoutError} `TIMEOUT` past the limit. @throws {WebSocketError} with the engine's code when it refuses the
 * session. @throws {NotConnectedError} after shutdown or failure; the signal's reason when it aborts.
 */
export async function ready(core: ReadyParts, options: ReadyOptions = {}): Promise<void> {
  checkRecord('options', options)
  core.unknown.check('ready options', options, READY_KEYS)
  const timeoutMs = checkDurationMs('timeoutMs', options.timeoutMs ?? core.options.invocationTimeoutMs)
  const signal = checkSignal('signal', options.signal)
  checkFlag('allowRefused', options.allowRefused)
  checkFlag('standby', options.standby)
  const isSettled = options.standby === true ? isInLine : holdsEveryName
  signal?.throwIfAborted()
  const gaveUp = deferred<never>()
  gaveUp.promise.catch(() => undefined)
  const onAbort = (): void => {
    gaveUp.reject(signal?.reason)
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer =
    timeoutMs === Infinity
      ? undefined
      : core.clock.after(timeoutMs, () => {
          gaveUp.reject(timeoutError(timeoutMs, core.conflicts?.held[0]))
        })
  const unsubscribe = core.link.refusals.on(({ code, message }) => {
    gaveUp.reject(new WebSocketError(code, `The engine refused the session: ${message}`))
  })
  askAgain(core)
  try {
    await untilConfirmed(core, isSettled, gaveUp.promise)
    if (options.allowRefused !== true) await Promise.race([refuseIfRefused(core), gaveUp.promise])
  } finally {
    timer?.cancel()
    unsubscribe()
    signal?.removeEventListener('abort', onAbort)
  }
}

/** The owner of a function may have left since the last `ready`. Refused triggers are not sent twice: they may be kept. */
function askAgain({ functions }: ReadyParts): void {
  for (const [id, error] of functions.refused) if (received.has(error)) functions.announceAgain(id)
}

async function refuseIfRefused(core: ReadyParts): Promise<void> {
  await core.urlFunctions?.look()
  const [first, ...others] = [...core.functions.refused.values(), ...core.triggers.refused.values()]
  if (first === undefined) return
  for (const error of [first, ...others]) received.add(error)
  throw await core.refusalError([first, ...others])
}

async function untilConfirmed(
  core: ReadyParts,
  isSettled: (core: ReadyParts) => boolean,
  gaveUp: Promise<never>,
): Promise<void> {
  for (;;) {
    // In this order: a trigger leaves only once the worker holds its function.
    await until(core, () => core.link.isOpen && isSettled(core), gaveUp)
    const isConfirmed = await Promise.race([hasPassed(core), gaveUp])
    if (isConfirmed && isSettled(core)) return
  }
}

/** False when the link ended meanwhile, or an answer got lost on it: it begins again. */
async function hasPassed(core: ReadyParts): Promise<boolean> {
  try {
    await core.barrier.pass()
    return true
  } catch (error) {
    if (error instanceof NotConnectedError && error.code === ErrorCode.CONNECTION_LOST) return false
    if (error instanceof TimeoutError) return false
    throw error
  }
}

function isInLine({ conflicts }: ReadyParts): boolean {
  return conflicts === undefined || conflicts.isInLine
}

function holdsEveryName({ conflicts }: ReadyParts): boolean {
  return conflicts === undefined || conflicts.holdsAll
}

async function until(core: ReadyParts, holds: () => boolean, gaveUp: Promise<never>): Promise<void> {
  const changed = deferred<void>()
  const check = (): void => {
    if (holds()) changed.resolve()
    else if (core.link.state === 'over') changed.reject(core.link.endedError())
  }
  const unsubscribes = [core.link.states.on(check), core.link.endings.on(check), core.conflicts?.changes.on(check)]
  try {
    check()
    await Promise.race([changed.promise, gaveUp])
  } finally {
    for (const unsubscribe of unsubscribes) unsubscribe?.()
  }
}

function timeoutError(timeoutMs: number, held: RegistrationRejectedError | undefined): TimeoutError {
  const why = held === undefined ? "is the engine running at the worker's address?" : `it waits: ${held.message}`
  const message = `The worker was not ready within ${String(timeoutMs)} ms; ${why}`
  return new TimeoutError({ code: ErrorCode.TIMEOUT, message })
}
