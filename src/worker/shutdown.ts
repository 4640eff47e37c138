/**
 * The two ways to end a worker: at once, and after the work in hand is done. Both settle once the socket is gone;
 * whatever state the worker is in, neither fails.
 */
import { ErrorCode, NotConnectedError } from '../errors.js'
import { deferred } from '../std/deferred.js'
import { checkDurationMs, checkRecord, checkSignal } from './check.js'
import type { Core } from './core.js'

export type ShutdownOptions = {
  /** How long running handlers may take. Default 10 000 ms. */
  drainTimeoutMs?: number
  /** Ends the wait early. */
  signal?: AbortSignal
}

/** How a graceful shutdown went. */
export type ShutdownReport = {
  /** Invocations that finished after the drain had begun. */
  drained: number
  /** Invocations still running when the limit was reached; their signals were aborted. */
  abandoned: number
  /** Spans, log records and metric points that were not sent, since the start. */
  droppedTelemetry: number
}

const DEFAULT_DRAIN_TIMEOUT_MS = 10_000

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

/** Takes no new work, lets running handlers finish within the limit, then ends the client. */
export async function drainAndEnd(core: Core, { drainTimeoutMs, signal }: DrainLimits): Promise<ShutdownReport> {
  core.isDraining = true
  core.functions.unregisterAll()
  const running = core.served.running
  if (!core.connection.isOver && !signal?.aborted) await drained(core, drainTimeoutMs, signal)
  const abandoned = core.served.running
  if (abandoned > 0) core.served.abortAll(drainOver(drainTimeoutMs))
  await core.end()
  return { drained: Math.max(0, running - abandoned), abandoned, droppedTelemetry: core.telemetry.dropped }
}

async function drained(core: Core, drainTimeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
  const enough = deferred<void>()
  const stop = (): void => {
    enough.resolve()
  }
  const timer = core.ports.clock.after(drainTimeoutMs, stop)
  signal?.addEventListener('abort', stop, { once: true })
  const unsubscribe = core.endings.on(stop)
  await Promise.race([workDone(core), enough.promise])
  unsubscribe()
  timer.cancel()
  signal?.removeEventListener('abort', stop)
}

/** Handlers have finished and their answers have left this process. */
async function workDone(core: Core): Promise<void> {
  await core.served.idle()
  await core.results.written()
  await core.connection.flushed()
}

function drainOver(drainTimeoutMs: number): NotConnectedError {
  const text = `iii is shutting down: the handler ran past the drain limit of ${String(drainTimeoutMs)} ms`
  return new NotConnectedError(ErrorCode.SHUTDOWN, text, { outcome: 'unknown' })
}
