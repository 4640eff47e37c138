/**
 * Shuts a worker down gracefully when the process receives a stop signal. Opt-in: by default signals are not handled.
 */
import { constants } from 'node:os'
import process from 'node:process'
import { isMainThread } from 'node:worker_threads'
import { invalidArgument } from '../../../errors.js'
import { systemClock } from '../../../std/time/clock.js'
import { processState } from '../../../std/process-state.js'
import { checkFunction, checkRecord } from '../check.js'
import { REPORT, type Reporting } from '../diagnostics/diagnostics.js'
import { keysOf, UnknownOptions } from '../../../std/text/unknown-options.js'
import { drainLimits, type ShutdownOptions, type ShutdownReport } from './shutdown.js'

const OPTION_KEYS = keysOf<SignalHandlerOptions>({
  signals: true,
  onShutdown: true,
  drainTimeoutMs: true,
  signal: true,
})

/** Which signals end the worker, and how. */
export type SignalHandlerOptions = ShutdownOptions & {
  /** Default `SIGTERM` and `SIGINT`. */
  signals?: NodeJS.Signals[] | undefined
  /** Called with the report when the shutdown has ended. */
  onShutdown?: ((report: ShutdownReport) => void) | undefined
}

/**
 * Drains and ends a worker on the first signal. A second signal during the drain exits the process with the
 * code the signal stands for. Exits on its own once nothing else keeps the process alive. Handlers that were abandoned at
 * the drain limit do not: when this was the last worker to end, the process then exits with the signal's code.
 * All workers of a process share one listener for each signal. In worker threads signals do not arrive; a warning says so.
 * @returns a function that removes the handlers; a shutdown in progress continues.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an argument that is not a worker, or signals this system does not have.
 */
export function installSignalHandlers(
  worker: { shutdownAsync(options?: ShutdownOptions): Promise<ShutdownReport> },
  options: SignalHandlerOptions = {},
): () => void {
  checkFunction('worker.shutdownAsync', checkRecord('worker', worker)['shutdownAsync'])
  const { signals, onShutdown, drainTimeoutMs, signal } = checkOptions(options)
  const { [REPORT]: report } = worker as Partial<Reporting>
  const unknown = new UnknownOptions((option) => report?.({ kind: 'unknown_option', ...option }))
  unknown.check('installSignalHandlers options', options, OPTION_KEYS)
  if (!isMainThread) warnOfThread()
  let isEnding = false
  const onSignal = (received: NodeJS.Signals): void => {
    if (isEnding) process.exit(EXIT_BY_SIGNAL + constants.signals[received])
    isEnding = true
    ending += 1
    const over = worker.shutdownAsync({ drainTimeoutMs, signal }).then((report) => {
      abandoned += report.abandoned
      return onShutdown?.(report)
    })
    const ended = (): void => {
      dispose()
      ending -= 1
      if (ending === 0 && abandoned > 0) exitSoon(EXIT_BY_SIGNAL + constants.signals[received])
    }
    over.finally(ended).catch((error: unknown) => {
      // The error of the callback is raised for its author; the worker has ended nevertheless.
      process.emitWarning(error instanceof Error ? error : String(error))
    })
  }
  const dispose = (): void => {
    for (const each of signals) unlisten(each, onSignal)
  }
  for (const each of signals) listen(each, onSignal)
  return dispose
}

type OnSignal = (signal: NodeJS.Signals) => void

interface Listeners {
  readonly callbacks: Set<OnSignal>
  /** What the process calls; there is one for each signal, however many workers it ends. */
  readonly listener: OnSignal
}

const listened = processState('signals@1', () => new Map<NodeJS.Signals, Listeners>())

function listen(signal: NodeJS.Signals, callback: OnSignal): void {
  const known = listened.get(signal)
  if (known !== undefined) {
    known.callbacks.add(callback)
    return
  }
  const callbacks = new Set([callback])
  const listener: OnSignal = (received) => {
    for (const each of [...callbacks]) each(received)
  }
  listened.set(signal, { callbacks, listener })
  process.on(signal, listener)
}

function unlisten(signal: NodeJS.Signals, callback: OnSignal): void {
  const known = listened.get(signal)
  if (known === undefined || !known.callbacks.delete(callback) || known.callbacks.size > 0) return
  listened.delete(signal)
  process.off(signal, known.listener)
}

let isThreadWarned = false

function warnOfThread(): void {
  if (isThreadWarned) return
  isThreadWarned = true
  process.emitWarning(
    'Signals of the process do not arrive in worker threads, so they do not end workers here. ' +
      'Handle them in the main thread and call `shutdownAsync()` in the thread.',
  )
}

/** Workers of this process that a signal is ending, and handlers that such workers have abandoned. */
let ending = 0
let abandoned = 0

/** What other code may still do after the last worker has ended. */
const EXIT_GRACE_MS = 100

function exitSoon(code: number): void {
  systemClock.after(EXIT_GRACE_MS, () => process.exit(code), 'background')
}

/** What shells add to a signal's number. */
const EXIT_BY_SIGNAL = 128

function checkOptions(options: SignalHandlerOptions): SignalHandlerOptions & { signals: NodeJS.Signals[] } {
  drainLimits(options)
  const { signals = ['SIGTERM', 'SIGINT'], onShutdown } = options
  const isKnown = (signal: unknown): boolean => typeof signal === 'string' && Object.hasOwn(constants.signals, signal)
  if (!Array.isArray(signals) || !signals.every(isKnown))
    throw invalidArgument('signals', 'a list of signal names', signals)
  if (onShutdown !== undefined) checkFunction('onShutdown', onShutdown)
  return { ...options, signals }
}
