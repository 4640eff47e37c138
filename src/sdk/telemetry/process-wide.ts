/**
 * Registers the two parts of telemetry that the whole process shares: a context manager, without which no handler knows
 * its span, and a propagator. Each is registered once and only if there is none, so the set-up of a program is never
 * replaced.
 *
 * All copies of `@opentelemetry/api` 1.x store registrations in one place, but each copy ignores those of an older one,
 * and only the version that registered first may add to it. Contexts are the same in all of them, so telemetry joins
 * such a set-up at that place.
 */
import process from 'node:process'
import type { ContextManager } from '@opentelemetry/api'
import { otelApi, otelContextManager } from './otel-modules.js'
import { w3cPropagator } from './trace/propagation.js'

/** Ensures that contexts follow asynchronous work. */
export function ensureProcessWide(): void {
  const { context, propagation } = otelApi()
  if (!hasContextManager()) {
    const { AsyncLocalStorageContextManager } = otelContextManager()
    const manager = new AsyncLocalStorageContextManager().enable()
    // OpenTelemetry's own report of a refusal is disabled unless the program has a diagnostic logger.
    if (!context.setGlobalContextManager(manager)) joinOtherVersion(manager)
  }
  if (propagation.fields().length === 0) propagation.setGlobalPropagator(w3cPropagator())
}

/** Without a manager, `with` runs its function but changes nothing. */
function hasContextManager(): boolean {
  const { context, createContextKey, ROOT_CONTEXT } = otelApi()
  const probe = ROOT_CONTEXT.setValue(createContextKey('iii-node.probe'), true)
  return context.with(probe, () => context.active() === probe)
}

/** What the program has registered with a version of the API. */
type Registered = Partial<{ version: unknown; context: ContextManager }>

/** Where all copies of `@opentelemetry/api` 1.x store registrations. */
const OTEL_GLOBAL = Symbol.for('opentelemetry.js.api.1')

function registered(): Registered {
  return (globalThis as Record<symbol, Registered | undefined>)[OTEL_GLOBAL] ?? {}
}

/** Uses the context manager that another version of the API has registered, or registers our own if there is none. */
function joinOtherVersion(manager: ContextManager): void {
  registered().context ??= manager
  if (hasContextManager()) return
  // Our copy of the API looks up its manager in this method, and does not find that of an older version.
  const api = otelApi().context as unknown as { _getContextManager?: () => ContextManager }
  const own = api._getContextManager
  api._getContextManager = () => registered().context ?? own?.call(api) ?? manager
  if (!hasContextManager()) warnOfManager()
}

let isManagerWarned = false

function warnOfManager(): void {
  if (isManagerWarned) return
  isManagerWarned = true
  process.emitWarning(
    `Handlers have no running span, and their calls send no trace context: the OpenTelemetry context manager that this ` +
      `program has registered with @opentelemetry/api ${String(registered().version)} does not preserve contexts. Register ` +
      `an AsyncLocalStorageContextManager, or none: the worker then registers its own.`,
  )
}
