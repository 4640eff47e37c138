/**
 * The two things telemetry shares with the whole process: a context manager, without which no handler knows its span,
 * and a propagator. Each is registered once and only where none exists, so a program's own set-up is never replaced.
 */
import { otelApi, otelContextManager } from './otel-modules.js'
import { w3cPropagator } from './propagation.js'

/** Makes sure that contexts follow asynchronous work. */
export function ensureProcessWide(): void {
  const { context, propagation } = otelApi()
  if (!hasContextManager()) {
    const { AsyncLocalStorageContextManager } = otelContextManager()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  }
  if (propagation.fields().length === 0) propagation.setGlobalPropagator(w3cPropagator())
}

/** Without a manager, `with` runs its function but changes nothing. */
function hasContextManager(): boolean {
  const { context, createContextKey, ROOT_CONTEXT } = otelApi()
  const probe = ROOT_CONTEXT.setValue(createContextKey('iii-node.probe'), true)
  return context.with(probe, () => context.active() === probe)
}
