/**
 * Ends a worker gracefully when the process is told to stop. Opt-in: without it the process's signals are its own.
 */
import { constants } from 'node:os'
import process from 'node:process'
import { invalidArgument } from '../errors.js'
import { systemClock } from '../std/clock.js'
import { checkFunction, checkRecord } from './check.js'
import { drainLimits, type ShutdownOptions, type ShutdownReport } from './shutdown.js'

export type SignalHandlerOptions = ShutdownOptions & {
  /** Default `SIGTERM` and `SIGINT`. */
  signals?: NodeJS.Signals[]
  /** Told how the shutdown went, once it is over. */
  onShutdown?: (report: ShutdownReport) => void
}

/**
 * Drains and ends a worker on the first signal; on a second one, while that is under way, exits the process with the
 * code the signal stands for. Exits on its own once nothing else keeps the process alive. Handlers that were abandoned at
 * the drain limit do not: when this was the last worker to end, the process then exits with the signal's code.
 * @returns takes the handlers off again; a shutdown that has begun goes on.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for something that is no worker, or signals this system does not have.
 */
export function installSignalHandlers(
  worker: { shutdownAsync(options?: ShutdownOptions): Promise<ShutdownReport> },
  options: SignalHandlerOptions = {},
): () => void {
  checkFunction('worker.shutdownAsync', checkRecord('worker', worker)['shutdownAsync'])
  const { signals, onShutdown, ...shutdown } = checkOptions(options)
  let isEnding = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isEnding) process.exit(EXIT_BY_SIGNAL + constants.signals[signal])
    isEnding = true
    ending += 1
    const over = worker.shutdownAsync(shutdown).then((report) => {
      abandoned += report.abandoned
      return onShutdown?.(report)
    })
    const ended = (): void => {
      dispose()
      ending -= 1
      if (ending === 0 && abandoned > 0) exitSoon(EXIT_BY_SIGNAL + constants.signals[signal])
    }
    over.finally(ended).catch((error: unknown) => {
      // What the callback threw is its author's to see; the worker has ended all the same.
      process.emitWarning(error instanceof Error ? error : String(error))
    })
  }
  const dispose = (): void => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return dispose
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
