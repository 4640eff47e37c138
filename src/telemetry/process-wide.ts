/**
 * The two things telemetry shares with the whole process: a context manager, without which no handler knows its span,
 * and a propagator. Each is registered once and only where none exists, so a program's own set-up is never replaced.
 */
import process from 'node:process'
import { otelApi, otelContextManager } from './otel-modules.js'
import { w3cPropagator } from './propagation.js'

/** Makes sure that contexts follow asynchronous work. */
export function ensureProcessWide(): void {
  const { context, propagation } = otelApi()
  if (!hasContextManager()) {
    const { AsyncLocalStorageContextManager } = otelContextManager()
    const manager = new AsyncLocalStorageContextManager().enable()
    // OpenTelemetry's own report of a refusal is switched off unless the program has a diagnostic logger.
    if (!context.setGlobalContextManager(manager)) warnOfVersion()
  }
  if (propagation.fields().length === 0) propagation.setGlobalPropagator(w3cPropagator())
}

/** Without a manager, `with` runs its function but changes nothing. */
function hasContextManager(): boolean {
  const { context, createContextKey, ROOT_CONTEXT } = otelApi()
  const probe = ROOT_CONTEXT.setValue(createContextKey('iii-node.probe'), true)
  return context.with(probe, () => context.active() === probe)
}

let isVersionWarned = false

/**
 * A program that has registered something with an older `@opentelemetry/api` shuts newer ones out, and one that has
 * registered a tracer alone with a newer one leaves no place for our context manager.
 */
function warnOfVersion(): void {
  if (isVersionWarned) return
  isVersionWarned = true
  const { version } = (globalThis as Record<symbol, { version?: unknown } | undefined>)[OTEL_GLOBAL] ?? {}
  process.emitWarning(
    `Handlers have no running span, and their calls carry no trace: this program has set OpenTelemetry up with ` +
      `@opentelemetry/api ${String(version)}, which the version that iii-node uses cannot join. Use ` +
      `version ${NEEDED_API} in the program.`,
  )
}

/** Where all copies of `@opentelemetry/api` 1.x keep what was registered. */
const OTEL_GLOBAL = Symbol.for('opentelemetry.js.api.1')

const NEEDED_API = '1.9'
