/**
 * Loads OpenTelemetry on first use, so that a program that only imports this package does not pay for it. Loading is
 * synchronous, so a tracer exists as soon as telemetry was started.
 */
import type * as Api from '@opentelemetry/api'
import type * as ApiLogs from '@opentelemetry/api-logs'
import type * as ContextAsyncHooks from '@opentelemetry/context-async-hooks'
import type * as Core from '@opentelemetry/core'
import type * as OtlpTransformer from '@opentelemetry/otlp-transformer'
import type * as Resources from '@opentelemetry/resources'
import type * as SdkLogs from '@opentelemetry/sdk-logs'
import type * as SdkMetrics from '@opentelemetry/sdk-metrics'
import type * as SdkTrace from '@opentelemetry/sdk-trace'
import { requireModule } from '../../std/require-module.js'

/** A function that loads a module on its first call. The caller supplies the type of the module. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function lazy<T>(name: string): () => T {
  let loaded: T | undefined
  return () => (loaded ??= requireModule(name) as T)
}

export const otelApi = lazy<typeof Api>('@opentelemetry/api')
export const otelApiLogs = lazy<typeof ApiLogs>('@opentelemetry/api-logs')
export const otelContextManager = lazy<typeof ContextAsyncHooks>('@opentelemetry/context-async-hooks')
export const otelCore = lazy<typeof Core>('@opentelemetry/core')
export const otelTransformer = lazy<typeof OtlpTransformer>('@opentelemetry/otlp-transformer')
export const otelResources = lazy<typeof Resources>('@opentelemetry/resources')
export const otelSdkLogs = lazy<typeof SdkLogs>('@opentelemetry/sdk-logs')
export const otelSdkMetrics = lazy<typeof SdkMetrics>('@opentelemetry/sdk-metrics')
export const otelSdkTrace = lazy<typeof SdkTrace>('@opentelemetry/sdk-trace')
