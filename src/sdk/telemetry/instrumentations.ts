/**
 * OpenTelemetry instrumentations that a program passes in, of any major version: what is known of one is its shape, and
 * what it does is not ours.
 */
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import type { OtelInstrumentation } from './otel-config.js'
import { otelApi } from './otel-modules.js'

export interface InstrumentationProviders {
  readonly tracers: TracerProvider
  readonly meters: MeterProvider | undefined
}

/** Which providers an instrumentation reports to: those that connected it last, also when several were given the same. */
const connected = new WeakMap<OtelInstrumentation, InstrumentationProviders>()

/** Points instrumentations at providers and switches them on; passes on what one throws. */
export function connectInstrumentations(
  instrumentations: readonly OtelInstrumentation[],
  providers: InstrumentationProviders,
): void {
  const { tracers, meters } = providers
  for (const instrumentation of instrumentations) {
    connected.set(instrumentation, providers)
    instrumentation.setTracerProvider?.(tracers)
    if (meters !== undefined) instrumentation.setMeterProvider?.(meters)
    instrumentation.enable?.()
  }
}

/**
 * Switches off the instrumentations that still report to these providers. An error that one throws goes to
 * OpenTelemetry's own diagnostics and stops nothing.
 */
export function disconnectInstrumentations(
  instrumentations: readonly OtelInstrumentation[],
  providers: InstrumentationProviders,
): void {
  for (const instrumentation of instrumentations) {
    if (connected.get(instrumentation) !== providers) continue
    connected.delete(instrumentation)
    try {
      instrumentation.disable?.()
    } catch (error) {
      otelApi().diag.error('An instrumentation could not be disabled', error)
    }
  }
}
