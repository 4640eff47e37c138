/**
 * Connects OpenTelemetry instrumentations of the program, of any major version, to the providers of this package. Only
 * their common shape is used.
 */
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import type { OtelInstrumentation } from './otel-config.js'
import { otelApi } from './otel-modules.js'

export interface InstrumentationProviders {
  readonly tracers: TracerProvider
  readonly meters: MeterProvider | undefined
}

/** The providers of each instrumentation: those that connected it last, if several received the same one. */
const connected = new WeakMap<OtelInstrumentation, InstrumentationProviders>()

/** Connects instrumentations to providers and enables them. Passes on errors that they throw. */
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
 * Disables the instrumentations that still report to these providers. Errors go to the diagnostics of OpenTelemetry.
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
