/**
 * The running context, kept for code that runs later and elsewhere: timers, emitters, queues of one's own.
 */
import type { Context } from '@opentelemetry/api'
import { checkFunction, checkKind } from '../argument.js'
import { otelApi } from '../otel-modules.js'

/** A snapshot of a context. */
export class CapturedContext {
  readonly #context: Context

  /** @throws {RuntimeError} `INVALID_ARGUMENT` for something that is no context. */
  constructor(context: Context = otelApi().context.active()) {
    checkKind('context', 'an OpenTelemetry context', { value: context, method: 'getValue' })
    this.#context = context
  }

  /** Runs a function inside the snapshot and returns its result; works any number of times. */
  attach<T>(fn: () => T): T {
    checkFunction('fn', fn)
    return otelApi().context.with(this.#context, fn)
  }
}

/** Takes a snapshot of the context that is active now. */
export function captureOtelContext(): CapturedContext {
  return new CapturedContext()
}
