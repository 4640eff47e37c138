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

/** Points instrumentations at providers and switches them on; passes on what one throws. */
export function connectInstrumentations(
  instrumentations: readonly OtelInstrumentation[],
  { tracers, meters }: InstrumentationProviders,
): void {
  for (const instrumentation of instrumentations) {
    instrumentation.setTracerProvider?.(tracers)
    if (meters !== undefined) instrumentation.setMeterProvider?.(meters)
    instrumentation.enable?.()
  }
}

/** Switches instrumentations off. What one throws is told to OpenTelemetry's own diagnostics and stops nothing. */
export function disconnectInstrumentations(instrumentations: readonly OtelInstrumentation[]): void {
  for (const instrumentation of instrumentations) {
    try {
      instrumentation.disable?.()
    } catch (error) {
      otelApi().diag.error('An instrumentation could not be disabled', error)
    }
  }
}
