/**
 * The running context, kept for code that runs later and elsewhere: timers, emitters, queues of one's own.
 */
import type { Context } from '@opentelemetry/api'
import { otelApi } from './otel-modules.js'

/** A snapshot of a context. */
export class CapturedContext {
  readonly #context: Context

  constructor(context: Context = otelApi().context.active()) {
    this.#context = context
  }

  /** Runs a function inside the snapshot and returns its result; works any number of times. */
  attach<T>(fn: () => T): T {
    return otelApi().context.with(this.#context, fn)
  }
}

/** Takes a snapshot of the context that is active now. */
export function captureOtelContext(): CapturedContext {
  return new CapturedContext()
}
